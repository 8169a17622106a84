import type { RegisteredTool } from '@patchbay/registry-copy';
import MiniSearch from 'minisearch';
import { queryTermsOf } from './query-terms.ts';
import { termOf, wordsOf } from './search-terms.ts';
import { type SearchableText, searchableFields, searchableText } from './searchable-text.ts';

export interface FoundTool {
  readonly tool: RegisteredTool;
  /** Higher is better; only comparable within one answer. */
  readonly score: number;
}

/** A full-text index of one set of visible tools. Follows the set by its differences. */
export class ToolIndex {
  readonly #texts = new MiniSearch<SearchableText>({
    idField: 'name',
    fields: [...searchableFields],
    tokenize: wordsOf,
    processTerm: termOf,
    searchOptions: {
      boost: { name: 4, title: 3, keywords: 3, integration: 2.5, category: 1.5, description: 1, arguments: 0.5 },
      maxFuzzy: 2,
      weights: { fuzzy: 0.3, prefix: 0.5 },
    },
  });
  readonly #indexed = new Map<string, RegisteredTool>();
  #source: readonly RegisteredTool[] | null = null;

  /** Makes the index hold exactly these tools. The array it was given last costs nothing. */
  follow(tools: readonly RegisteredTool[]): void {
    if (tools === this.#source) return;
    const gone = new Map(this.#indexed);
    for (const tool of tools) {
      if (gone.get(tool.name) === tool) gone.delete(tool.name);
    }
    for (const tool of gone.values()) {
      this.#texts.remove(searchableText(tool));
      this.#indexed.delete(tool.name);
    }
    for (const tool of tools) {
      if (this.#indexed.has(tool.name)) continue;
      this.#texts.add(searchableText(tool));
      this.#indexed.set(tool.name, tool);
    }
    this.#source = tools;
  }

  /** Best first; of equally good ones the first by name, so that the same question has the same answer everywhere. */
  search(query: string, limit: number, accept: (tool: RegisteredTool) => boolean): FoundTool[] {
    const terms = new Map(queryTermsOf(query).map((one) => [one.term, one]));
    const matches = this.#texts.search([...terms.keys()].join(' '), {
      tokenize: (text) => text.split(' '),
      processTerm: (term) => term,
      boostTerm: (term) => terms.get(term)?.weight ?? 1,
      // Typing mistakes count in longer words only: half of all three-letter words are one letter apart.
      fuzzy: (term) => (terms.get(term)?.loose === true && term.length > 3 ? 0.2 : false),
      prefix: (term) => terms.get(term)?.loose === true && term.length > 2,
    });
    const found: FoundTool[] = [];
    for (const { id, score } of matches) {
      const tool = this.#indexed.get(id as string) as RegisteredTool;
      if (accept(tool)) found.push({ tool, score });
    }
    return found.sort((a, b) => b.score - a.score || (a.tool.name < b.tool.name ? -1 : 1)).slice(0, limit);
  }
}

import { PatchbayError } from '@patchbay/contracts';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  Lexer,
  type OperationDefinitionNode,
  type SelectionSetNode,
  Source,
  TokenKind,
  visit,
} from 'graphql';

/** What a document may be, whatever its answer. */
export const documentLimits = {
  /** Characters, and tokens. */
  length: 16_384,
  tokens: 2_000,
  definitions: 30,
  /** Fields below one another, fragments counted where they are spread; introspection may go deeper. */
  depth: 10,
  introspectionDepth: 16,
  /** Fields beside one another at the top. */
  roots: 15,
  /** Fields altogether, those of a fragment counted each time it is spread. */
  fields: 500,
  aliases: 30,
  directives: 20,
  /** Lists and objects within one another in an argument. */
  valueDepth: 6,
} as const;

/** @throws PatchbayError `invalid_request` saying which limit. Reads the text once, and makes nothing of it. */
export function checkText(text: string): void {
  if (text.length > documentLimits.length) throw beyond('length', `${documentLimits.length} characters`);
  // What stands for a document in JSON would come past the count of tokens.
  if (/^\s*[{[]\s*["{[]/.test(text)) throw refused('The query is no GraphQL.');
  const lexer = new Lexer(new Source(text));
  try {
    for (let tokens = 0; lexer.advance().kind !== TokenKind.EOF; )
      if (++tokens > documentLimits.tokens) throw beyond('tokens', `${documentLimits.tokens} tokens`);
  } catch (error) {
    // A syntax error is told by the parser, with its place.
    if (error instanceof PatchbayError) throw error;
  }
}

/**
 * Turns away what would be dear to validate or to answer, before it is validated: rules that compare fields with one another
 * take long for bombs. @throws PatchbayError `invalid_request` saying which limit.
 */
export function checkDocument(document: DocumentNode): void {
  if (document.definitions.length > documentLimits.definitions)
    throw beyond('definitions', `${documentLimits.definitions} definitions`);
  countMarks(document);
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
    else throw refused('A document holds operations and fragments alone.');
  }
  const measure = new Measure(fragments);
  // Fragments that nothing spreads are validated too. What one asks of the schema itself shows where it is spread.
  for (const { kind, selectionSet } of [...operations, ...fragments.values()]) {
    const { depth, introspection, fields } = measure.selections(selectionSet);
    const deepest = kind === Kind.FRAGMENT_DEFINITION ? documentLimits.introspectionDepth : documentLimits.depth;
    if (depth > deepest) throw beyond('depth', `${documentLimits.depth} levels`);
    if (introspection > documentLimits.introspectionDepth)
      throw beyond('depth', `${documentLimits.introspectionDepth} levels of introspection`);
    if (fields > documentLimits.fields) throw beyond('fields', `${documentLimits.fields} fields`);
  }
  for (const { selectionSet } of operations)
    if (measure.roots(selectionSet) > documentLimits.roots)
      throw beyond('roots', `${documentLimits.roots} fields at the top`);
}

function countMarks(document: DocumentNode): void {
  let aliases = 0;
  let directives = 0;
  let valueDepth = 0;
  const deeper = {
    enter() {
      if (++valueDepth > documentLimits.valueDepth)
        throw beyond('value', `${documentLimits.valueDepth} lists and objects within one another`);
    },
    leave() {
      valueDepth--;
    },
  };
  visit(document, {
    Field({ alias }) {
      if (alias !== undefined && ++aliases > documentLimits.aliases)
        throw beyond('aliases', `${documentLimits.aliases} aliases`);
    },
    Directive() {
      if (++directives > documentLimits.directives)
        throw beyond('directives', `${documentLimits.directives} directives`);
    },
    ListValue: deeper,
    ObjectValue: deeper,
  });
}

interface Measured {
  readonly depth: number;
  readonly introspection: number;
  readonly fields: number;
}

/** Each fragment is measured once, however often it is spread. */
class Measure {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #known = new Map<string, Measured>();
  readonly #under = new Set<string>();

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#fragments = fragments;
  }

  /** @throws PatchbayError for a fragment that leads to itself. */
  selections({ selections }: SelectionSetNode): Measured {
    let [depth, introspection, fields] = [0, 0, 0];
    for (const one of selections) {
      const below =
        one.kind === Kind.FRAGMENT_SPREAD
          ? this.#fragment(one.name.value)
          : one.selectionSet === undefined
            ? { depth: 0, introspection: 0, fields: 0 }
            : this.selections(one.selectionSet);
      const isField = one.kind === Kind.FIELD;
      const asks = isField && one.name.value.startsWith('__');
      const levels = isField ? 1 : 0;
      fields += below.fields + levels;
      // Below an introspection field everything is introspection.
      if (asks) introspection = Math.max(introspection, below.introspection + below.depth + 1);
      else {
        depth = Math.max(depth, below.depth + levels);
        introspection = Math.max(introspection, below.introspection);
      }
    }
    return { depth, introspection, fields };
  }

  roots({ selections }: SelectionSetNode): number {
    return selections.reduce((sum, one) => {
      if (one.kind === Kind.FIELD) return sum + 1;
      const inner = one.kind === Kind.INLINE_FRAGMENT ? one : this.#fragments.get(one.name.value);
      return sum + (inner === undefined ? 0 : this.roots(inner.selectionSet));
    }, 0);
  }

  #fragment(name: string): Measured {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(name);
    // The validation says that there is none.
    if (fragment === undefined) return { depth: 0, introspection: 0, fields: 0 };
    if (this.#under.has(name)) throw refused('A fragment leads to itself.');
    this.#under.add(name);
    const measured = this.selections(fragment.selectionSet);
    this.#under.delete(name);
    this.#known.set(name, measured);
    return measured;
  }
}

const beyond = (limit: string, what: string) =>
  new PatchbayError('invalid_request', {
    message: `A query has at most ${what}.`,
    details: { limit },
  });
const refused = (message: string) => new PatchbayError('invalid_request', { message });

import { writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { UsageError } from '../failures.ts';
import { loadHtml } from '../render/load-html.ts';
import { loadMarkdown } from '../render/load-markdown.ts';
import type { CliIo } from '../terminal.ts';
import type { LoadDocument } from './load-document.ts';

const kinds: Readonly<Record<string, (document: LoadDocument) => string>> = {
  '.json': (document) => `${JSON.stringify(document, null, 2)}\n`,
  '.md': loadMarkdown,
  '.html': loadHtml,
};

/** How to write a report to a file; what its name ends with says as what. @throws UsageError before anything is loaded. */
export function reportWriter(path: string, { cwd }: Pick<CliIo, 'cwd'>): (document: LoadDocument) => Promise<void> {
  const render = kinds[extname(path).toLowerCase()];
  if (render === undefined)
    throw new UsageError(`--report takes a file that ends with ${Object.keys(kinds).join(', ')}.`);
  return async (document) => {
    try {
      await writeFile(resolve(cwd, path), render(document));
    } catch (error) {
      throw new UsageError(`${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
    }
  };
}

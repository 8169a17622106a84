import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../failures.ts';
import type { CliIo } from '../terminal.ts';

/** What a file named on the command line holds. @throws UsageError, which holds nothing of it. */
export async function readSecretFile(path: string, { cwd }: Pick<CliIo, 'cwd'>): Promise<string> {
  try {
    return withoutLineEnd(await readFile(resolve(cwd, path), 'utf8'));
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
}

/** Editors end files with a line feed; no credential does. */
export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './bootstrap.mjs';
import { openRepository } from './checks/repository.mjs';

const variablesOf = (text) => new Set(text.match(/\bPATCHBAY_[A-Z0-9_]*[A-Z0-9]\b/g) ?? []);
const { files, read } = openRepository(root);

/** Every variable that a config.ts names, with the files that do. */
const used = new Map();
for (const file of files.filter((path) => /(^|\/)src\/(.*\/)?([a-z-]+-)?config\.ts$/.test(path))) {
  for (const name of variablesOf(read(file))) used.set(name, [...(used.get(name) ?? []), file]);
}
const documented = new Set(
  readFileSync(join(root, 'docs', 'operations.md'), 'utf8')
    .split('\n')
    .flatMap((line) => /^\| `(PATCHBAY_[A-Z0-9_]+)` \|/.exec(line)?.[1] ?? []),
);

it('every variable that a config.ts reads has a row in docs/operations.md', () => {
  expect(used.size).toBeGreaterThan(20);
  expect([...used].filter(([name]) => !documented.has(name))).toEqual([]);
});

it('every row of the table is a variable that some config.ts reads', () => {
  expect([...documented].filter((name) => !used.has(name))).toEqual([]);
});

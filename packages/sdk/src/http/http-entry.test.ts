import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const entry = fileURLToPath(new URL('./index.ts', import.meta.url));
const contracts = fileURLToPath(new URL('../../../contracts/src/index.ts', import.meta.url));

/** Everything that is loaded with a file: ours by path, others by name. What is imported for its types alone is not. */
function loadedWith(start: string): { readonly files: string[]; readonly packages: Set<string> } {
  const [files, packages] = [[start], new Set<string>()];
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    for (const [, words = '', from = ''] of text.matchAll(/^(?:import|export)\s([^;]*?)from '([^']+)';$/gm)) {
      const named = /^\{([^}]*)\}\s*$/s.exec(words.trim())?.[1];
      const onlyTypes =
        words.startsWith('type ') || (named?.split(',').every((one) => /^\s*(type\s|$)/.test(one)) ?? false);
      if (onlyTypes) continue;
      const next = from.startsWith('.') ? join(dirname(file), from) : from === '@patchbay/contracts' ? contracts : null;
      if (next === null) packages.add(from);
      else if (!files.includes(next)) files.push(next);
    }
  }
  return { files, packages };
}

test('the entry for HTTP loads nothing of Node.js, and no NATS', () => {
  const { files, packages } = loadedWith(entry);
  expect(files.length).toBeGreaterThan(50);
  expect([...packages].sort()).toEqual(['@opentelemetry/api', 'zod']);
});

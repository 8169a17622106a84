import { loadCatalog } from '@patchbay/catalog';
import { toolNameOf } from '@patchbay/contracts';
import type { RegisteredTool } from '@patchbay/registry-copy';
import { beforeAll, describe, expect, test } from 'vitest';
import { englishQueries, foreignQueries } from './relevance.fixture.ts';
import { ToolIndex } from './tool-index.ts';

const index = new ToolIndex();
const names = new Set<string>();

beforeAll(async () => {
  const tools = (await loadCatalog()).flatMap((document) =>
    Object.entries(document.tools).map(
      ([toolKey, tool]): RegisteredTool => ({
        ...{ scope: '_platform', document, toolKey, tool, name: toolNameOf(document, toolKey), digest: '' },
      }),
    ),
  );
  for (const { name } of tools) names.add(name);
  index.follow(tools);
  // The whole catalogue, on a machine that has other tests to run.
}, 60_000);

const found = (query: string) => index.search(query, 5, () => true).map(({ tool }) => tool.name);
function missed(queries: readonly (readonly [string, RegExp])[]) {
  return queries
    .map(([query, right]) => ({ query, right, names: found(query) }))
    .filter(({ right, names }) => !names.some((name) => right.test(name)));
}

/** How many of the queries have a right tool among their first five; says so, and which have none. */
function told(language: string, queries: readonly (readonly [string, RegExp])[]): number {
  const without = missed(queries);
  const right = queries.length - without.length;
  const lines = [`${language}: ${right} of ${queries.length} queries have a right tool in the top 5`];
  for (const { query, names } of without) lines.push(`  none for '${query}': ${names.join(', ')}`);
  process.stdout.write(`${lines.join('\n')}\n`);
  return right;
}

describe('over the whole catalogue, a right tool is among the first five', () => {
  test('for nine of ten queries in English', () => {
    expect(englishQueries.length).toBeGreaterThanOrEqual(60);
    expect(told('en', englishQueries)).toBeGreaterThanOrEqual(englishQueries.length * 0.9);
  });

  test('for nine of ten queries in other languages', () => {
    const all = Object.values(foreignQueries).flat();
    expect(all.length).toBeGreaterThanOrEqual(30);
    const right = Object.entries(foreignQueries).map(([language, queries]) => told(language, queries));
    expect(right.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(all.length * 0.9);
  });

  test.each([...englishQueries, ...Object.values(foreignQueries).flat()])('%s has right tools', (_query, right) => {
    expect([...names].some((name) => right.test(name))).toBe(true);
  });
});

import { expect, it } from 'vitest';
import { root } from '../bootstrap.mjs';
import { findings } from './docs-snippets.mjs';
import { repositoryOf } from './repository.mjs';

const check = (text) => findings({ ...repositoryOf({ 'docs/a.md': text }), root });
const fence = (language, text) => `# A\n\n\`\`\`${language}\n${text}\n\`\`\`\n`;

it.each([
  ['json', '{ "a": 1 }'],
  ['json', '{ "a": 1 }\n{ "b": 2 }'],
  ['yaml', 'a: { b: 1 }\n---\nc: 2'],
  ['text', 'anything: { at: all'],
])('accepts %s %s', async (language, text) => {
  expect(await check(fence(language, text))).toEqual([]);
});

it('reports json and yaml that do not parse, by their place', async () => {
  expect(await check(fence('json', '{ a: 1 }'))).toEqual([expect.stringMatching(/^docs\/a\.md:4 is no json: /)]);
  expect(await check(`${fence('text', 'x')}${fence('yaml', 'pick: { ids: issues[].id }')}`)).toEqual([
    expect.stringMatching(/^docs\/a\.md:9 is no yaml: /),
  ]);
});

it('reports code that does not typecheck by its line, each block apart from the others', {
  timeout: 60_000,
}, async () => {
  const text = `${fence('ts', 'const one: number = 1;\none.toFixed();')}${fence('ts', 'const one = 1;\none.toFixd();\nother();')}`;
  const found = await check(text);
  expect(found).toHaveLength(2);
  expect(found[0]).toMatch(/^docs\/a\.md:11 .*toFixd/);
  expect(found[1]).toMatch(/^docs\/a\.md:12 .*other/);
});

it('lets a snippet import one of the same directory that begins with its file name', { timeout: 60_000 }, async () => {
  const named = fence('ts', '// one.ts\nexport const one = 1;');
  expect(await check(`${named}${fence('ts', "import { one } from './one.ts';\none.toFixed();")}`)).toEqual([]);
  expect(await check(`${named}${fence('ts', "import { two } from './one.ts';")}`)).toEqual([
    expect.stringMatching(/^docs\/a\.md:10 .*two/),
  ]);
});

import { expect, it } from 'vitest';
import { codeSpansOf, documentsOf, fencesOf } from './markdown-code.mjs';

const page = [
  '# A `title`', // 1
  '',
  '```sh run now', // 3
  'one `two`',
  '```',
  '- a step', // 6
  '  ```json',
  '  { "a":',
  '    1 }',
  '  ```',
  '````text', // 11
  '```',
  '````',
  'and `this` and `that`', // 14
].join('\n');

it('finds blocks with their language, marks and place, without the indentation of a list', () => {
  expect(fencesOf(page)).toEqual([
    { language: 'sh', marks: ['run', 'now'], line: 4, text: 'one `two`\n' },
    { language: 'json', marks: [], line: 8, text: '{ "a":\n  1 }\n' },
    { language: 'text', marks: [], line: 12, text: '```\n' },
  ]);
});

it('finds code in sentences, and none in blocks', () => {
  expect(codeSpansOf(page)).toEqual([
    { text: 'title', line: 1 },
    { text: 'this', line: 14 },
    { text: 'that', line: 14 },
  ]);
});

it('leaves decisions and fixtures out', () => {
  expect(documentsOf({ files: ['README.md', 'docs/adr/1.md', 'docs/a.md', 'x/fixtures/README.md', 'a.ts'] })).toEqual([
    'README.md',
    'docs/a.md',
  ]);
});

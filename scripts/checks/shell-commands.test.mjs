import { expect, it } from 'vitest';
import { shellCommandsOf } from './shell-commands.mjs';

const words = (script) => shellCommandsOf(script).map((command) => command.words);

it.each([
  ['a b  c # d', [['a', 'b', 'c']]],
  [`a 'b c' "d e" f#g`, [['a', 'b c', 'd e', 'f#g']]],
  [`a "b \\"c\\"" d\\ e ''`, [['a', 'b "c"', 'd e', '']]],
  ['a | b && c; d & e || f', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
  [
    '(umask 077; a b > c)',
    [
      ['umask', '077'],
      ['a', 'b'],
    ],
  ],
  ['a < b 2> c >> d 2>&1 e', [['a', 'e']]],
  ['A=1 B=$(c d) e', [['c', 'd'], ['e']]],
  ['X=1', []],
  ["a - <<< 'b c'", [['a', '-']]],
  ['a <(b c)', [['a'], ['b', 'c']]],
  [
    'a "$(b "c d")"',
    [
      ['b', 'c d'],
      ['a', '$(b "c d")'],
    ],
  ],
  ['a <some word> b', [['a', '<some word>', 'b']]],
  ["cat > f <<'END'\nnot | a command\nEND\na", [['cat'], ['a']]],
])('takes %s apart', (script, expected) => {
  expect(words(script)).toEqual(expected);
});

it('says on which line a command begins', () => {
  expect(shellCommandsOf('a \\\n  b\n# x\n\nc <<E\nx\nE\nd')).toEqual([
    { words: ['a', 'b'], line: 1 },
    { words: ['c'], line: 5 },
    { words: ['d'], line: 8 },
  ]);
});

it('refuses a quote that does not end', () => {
  expect(() => shellCommandsOf("a\nb 'c")).toThrow('line 2');
});

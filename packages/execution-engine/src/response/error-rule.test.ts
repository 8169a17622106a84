import { describe, expect, it } from 'vitest';
import { issuesIn } from '../tools.test-support.ts';
import { parseCondition } from './error-rule.ts';

function holds(when: string, body: unknown, status = 200): boolean {
  const condition = parseCondition(when);
  if (typeof condition === 'string') throw new Error(condition);
  return condition(body, status);
}

describe('conditions of error rules', () => {
  const body = {
    ok: false,
    error: 'ratelimited',
    n: 3,
    none: null,
    errors: [{ code: 'A' }, { code: 'B' }],
    empty: [],
    'a-b': { c_d: 'x' },
  };

  it.each([
    ["ok = false and error = 'ratelimited'", true],
    ["ok = false and error = 'other'", false],
    ["ok = true or error != 'x'", true],
    ['ok = true and n = 3 or n = 3', true],
    ['ok = true and (n = 3 or n = 3)', false],
    ['not ok = true', true],
    ['not (ok = false or n = 3)', false],
    ['not not n = 3', true],
    ['exists(error)', true],
    ['exists(nope)', false],
    ['exists(none)', true],
    ['none = null', true],
    ['nope = null', false],
    ['nope != 1', true],
    ["n = '3'", false],
    ['n >= 3 and n <= 3 and n > 2.5 and n < 4', true],
    ['error > 3', false],
    ['n > -1', true],
    ["errors[].code = 'B'", true],
    ["errors[].code = 'C'", false],
    ["errors[1].code = 'B'", true],
    ["nope[].code = 'B'", false],
    ['exists(errors[].code)', true],
    ['exists(empty[].code)', false],
    ["a-b.c_d = 'x'", true],
    ['$status = 200', true],
    ['$status >= 400', false],
    ["error='ratelimited'", true],
  ])('%s is %s', (when, expected) => {
    expect(holds(when, body)).toBe(expected);
  });

  it('reads quotes inside a text, doubled or after a backslash', () => {
    expect(holds("m = 'it''s'", { m: "it's" })).toBe(true);
    expect(holds("m = 'it\\'s a \\\\'", { m: "it's a \\" })).toBe(true);
  });

  it('reads an array at the root, and holds for no body at all', () => {
    expect(holds("[0].errorCode = 'X'", [{ errorCode: 'X' }])).toBe(true);
    expect(holds('ok = false', null)).toBe(false);
    expect(holds('ok != true', 'text')).toBe(true);
  });

  it.each([
    ['', 'expected a path at the end'],
    ['ok', 'expected a comparison such as = at the end'],
    ['ok =', "expected a literal such as 'text', 1, true or null at the end"],
    ['ok = false and', 'expected a path at the end'],
    ['ok = false error = 1', "expected 'and', 'or' or the end at character 12"],
    ["ok = 'open", 'the text that starts at character 6 has no closing quote'],
    ['(ok = 1', "expected ')' at the end"],
    ['exists ok', "expected '(' at character 8"],
    ["exists('x')", 'expected a path at character 8'],
    ['exists(ok', "expected ')' at the end"],
    ['1 = 1', 'expected a path at character 1'],
    ['a ~ 1', 'expected a comparison such as = at character 3'],
    ['a = b', "expected a literal such as 'text', 1, true or null at character 5"],
    ['a[x = 1', "expected [], [0] or ['key'] at character 2 (character 1)"],
  ])('%j is refused: %s', (when, message) => {
    expect(parseCondition(when)).toBe(message);
  });

  it('names the rule in the document', () => {
    const errors = [
      { when: 'ok = true', code: 'upstream_error' as const },
      { when: 'ok', code: 'upstream_error' as const, message: 'a..b' },
    ];
    expect(issuesIn({ errors }, { errors })).toEqual([
      'errors[1].when: expected a comparison such as = at the end',
      "errors[1].message: expected a key after '.' at character 3",
      'tools.do_it.errors[1].when: expected a comparison such as = at the end',
      "tools.do_it.errors[1].message: expected a key after '.' at character 3",
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import { textOf, valueAt } from './json-path.ts';
import { readJson } from './read-json.ts';

const read = (text: string) => readJson(Buffer.from(text));

describe('numbers of a body', () => {
  test.each(['12345678901234567890', '9007199254740993', '1.00000000000000000001', '-0.0000000000000000012e5'])(
    'stay as they are written: %s',
    (number) => {
      const body = `{"id":${number},"n":[${number},1]}`;
      expect(textOf(valueAt(read(body), 'id'))).toBe(number);
      expect(textOf(valueAt(read(body), 'n.0'))).toBe(number);
      expect(JSON.stringify(read(body))).toBe(body);
    },
  );

  test('that a double holds are numbers', () => {
    expect(read('{"a":1234567890123456,"b":1.5,"c":"12345678901234567890"}')).toEqual({
      a: 1234567890123456,
      b: 1.5,
      c: '12345678901234567890',
    });
  });
});

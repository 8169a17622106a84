import { expect, test } from 'vitest';
import { bodyText, exactText } from './body-text.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

test('a body is shown as what it is', () => {
  expect(bodyText(base64('{"a":"ü"}'))).toBe('{\n  "a": "ü"\n}');
  expect(bodyText(base64('a=1'))).toBe('a=1');
  expect(bodyText(Buffer.from([0xff, 0xfe]).toString('base64'))).toBe('2 bytes that are no text, in base64:\n//4=');
});

test('what was signed is shown byte for byte', () => {
  expect(exactText(base64('1.{"a": "ü"}'))).toBe('1.{"a": "ü"}');
});

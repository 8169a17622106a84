import { describe, expect, it } from 'vitest';
import { decodeBody } from './decode-body.ts';

const json = 'application/json; charset=utf-8';

describe('decodeBody', () => {
  it.each([
    ['{"a":1}', json, { a: 1 }],
    ['\ufeff{"a":1}', json, { a: 1 }],
    ['"text"', 'application/problem+json', 'text'],
    ['{"a":1}', null, { a: 1 }],
    [' [1]', 'text/html', [1]],
    ['{not json', 'text/plain', '{not json'],
    ['OK - 44', 'text/plain', 'OK - 44'],
    ['', json, null],
    ['  ', json, null],
  ])('reads %j of type %s', (text, type, value) => {
    expect(decodeBody(Buffer.from(text), type)).toMatchObject({ ok: true, value });
  });

  it.each([
    ['{"a":', json, 'is not valid JSON'],
    ['<html>', json, 'is not valid JSON'],
    [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), json, 'is not valid UTF-8'],
    [Buffer.from([0xc3, 0x28]), 'text/plain', 'is not valid UTF-8'],
  ])('says of %j of type %s that it %s', (body, type, problem) => {
    expect(decodeBody(typeof body === 'string' ? Buffer.from(body) : body, type)).toEqual({ ok: false, problem });
  });

  it('describes binary content instead of holding it', () => {
    expect(decodeBody(Buffer.from([1, 2, 255]), 'application/pdf')).toEqual({
      ok: true,
      value: { content_type: 'application/pdf', bytes: 3 },
      text: null,
    });
  });

  it.each([
    '{"__proto__":{"x":1},"a":[{"constructor":{"prototype":{}},"b":2}]}',
    '{"\\u005f_proto__":{"x":1},"a":[{"const\\u0072uctor":{"protot\\u0079pe":1},"b":2}]}',
  ])('drops keys that reach a prototype, escaped ones too: %s', (text) => {
    const decoded = decodeBody(Buffer.from(text), json);
    expect(JSON.stringify(decoded.ok && decoded.value)).toBe('{"a":[{"b":2}]}');
  });

  it('keeps a constructor that reaches none', () => {
    expect(
      decodeBody(Buffer.from('{"constructor":"Ferrari","a":{"constructor":{"name":"Lotus"}}}'), json),
    ).toMatchObject({
      value: { constructor: 'Ferrari', a: { constructor: { name: 'Lotus' } } },
    });
  });

  it('refuses more keys than anybody reads, of one object and of all', () => {
    const wide = (keys: number) => Object.fromEntries(Array.from({ length: keys }, (_, index) => [`k${index}`, 1]));
    const decoded = (value: unknown) => decodeBody(Buffer.from(JSON.stringify(value)), json);
    const problem = { ok: false, problem: 'has too many keys' };
    expect(decoded(wide(10_000))).toMatchObject({ ok: true });
    expect(decoded({ a: [wide(10_001)] })).toEqual(problem);
    expect(decoded(Array.from({ length: 19 }, () => wide(10_000)))).toMatchObject({ ok: true });
    expect(decoded(Array.from({ length: 21 }, () => wide(10_000)))).toEqual(problem);
    expect(decoded(Array.from({ length: 300_000 }, () => 1))).toMatchObject({ ok: true });
  });

  it('keeps those words where they are values', () => {
    expect(decodeBody(Buffer.from('{"a":"__proto__ constructor"}'), json)).toMatchObject({
      value: { a: '__proto__ constructor' },
    });
  });

  it('refuses nesting that would exhaust the stack of whoever walks it, and counts no brackets inside texts', () => {
    expect(decodeBody(Buffer.from('['.repeat(500_000) + ']'.repeat(500_000)), json)).toEqual({
      ok: false,
      problem: 'is nested too deeply',
    });
    expect(decodeBody(Buffer.from(`${'["]",'.repeat(65)}1${']'.repeat(65)}`), json)).toEqual({
      ok: false,
      problem: 'is nested too deeply',
    });
    const brackets = JSON.stringify({ a: '[{"\\'.repeat(300) });
    expect(decodeBody(Buffer.from(brackets), json)).toMatchObject({ ok: true });
    expect(decodeBody(Buffer.from('['.repeat(64) + ']'.repeat(64)), json)).toMatchObject({ ok: true });
    expect(decodeBody(Buffer.from(JSON.stringify(Array.from({ length: 500 }, () => [{}]))), json)).toMatchObject({
      ok: true,
    });
  });

  it.each([
    ['{"id":9007199254741623,"n":12}', { id: '9007199254741623', n: 12 }],
    ['[-90071992547416231]', ['-90071992547416231']],
    ['{"id":9007199254740991}', { id: 9007199254740991 }],
    ['{"id":"90071992547416231"}', { id: '90071992547416231' }],
    ['{"f":0.1234567890123456789}', { f: 0.12345678901234568 }],
    ['{"a":12345678901234568.5,"__proto__":{"x":1}}', { a: 12_345_678_901_234_568 }],
  ])('%s keeps every digit of an integer', (text, value) => {
    expect(decodeBody(Buffer.from(text), 'application/json')).toMatchObject({ ok: true, value });
  });
});

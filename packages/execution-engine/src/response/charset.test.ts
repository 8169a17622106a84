import { describe, expect, it } from 'vitest';
import { decodeBody } from './decode-body.ts';

const utf16 = (text: string, bigEndian = false): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
};

describe('a body in another charset', () => {
  it.each([
    ['application/json; charset=iso-8859-1', Buffer.from('{"name":"Ren\xe9"}', 'latin1'), { name: 'René' }],
    ['application/json;charset="windows-1252"', Buffer.from([0x5b, 0x22, 0x80, 0x22, 0x5d]), ['€']],
    ['application/json; charset=utf-16', utf16('\ufeff{"a":"ü"}'), { a: 'ü' }],
    ['application/json; charset=UTF-16BE', utf16('{"a":"ü"}', true), { a: 'ü' }],
    ['text/plain; charset=shift_jis', Buffer.from([0x96, 0xd8, 0x97, 0x6a, 0x93, 0xfa]), '木曜日'],
    ['application/json; charset=utf8', Buffer.from('{"a":"ü"}'), { a: 'ü' }],
  ])('is read as its type %j says', (type, body, value) => {
    expect(decodeBody(body, type)).toMatchObject({ ok: true, value });
  });

  it('that is XML is text, in the charset of its own declaration where the type says none', () => {
    const xml = '<?xml version="1.0" encoding="ISO-8859-1"?><name>Ren\xe9</name>';
    const decoded = decodeBody(Buffer.from(xml, 'latin1'), 'application/xml');
    expect(decoded).toMatchObject({ ok: true, value: xml.replace('\xe9', 'é') });
    expect(decodeBody(Buffer.from('<a>ü</a>'), 'text/xml')).toMatchObject({ ok: true, value: '<a>ü</a>' });
  });

  it('that is unknown, or that the bytes do not fit, is refused by name', () => {
    expect(decodeBody(Buffer.from('{}'), 'application/json; charset=klingon')).toEqual({
      ok: false,
      problem: 'is not valid klingon',
    });
    expect(decodeBody(Buffer.from([0x81]), 'text/plain; charset=shift_jis')).toMatchObject({ ok: false });
    expect(decodeBody(Buffer.from('caf\xe9', 'latin1'), 'text/plain')).toMatchObject({
      ok: false,
      problem: 'is not valid UTF-8',
    });
  });

  it('is held to the same nesting', () => {
    const deep = utf16('['.repeat(200) + ']'.repeat(200));
    expect(decodeBody(deep, 'application/json; charset=utf-16le')).toMatchObject({
      ok: false,
      problem: 'is nested too deeply',
    });
  });
});

import { describe, expect, it } from 'vitest';
import { failureOf, issuesIn, previewOf, toolOf } from '../tools.test-support.ts';

const hidden = { 'x-in': 'none' as const };
const parts = ['from', 'to', 'cc', 'subject', 'text', 'html', 'attachments', 'in_reply_to'] as const;
const tool = (encode: 'none' | 'base64' | 'base64url' = 'none') =>
  toolOf({
    parameters: {
      ...Object.fromEntries(parts.map((part) => [part, hidden])),
      raw: { 'x-mail': { ...Object.fromEntries(parts.map((part) => [part, part])), encode } as never },
    },
  });
const mail = (args: Record<string, unknown>): string => (previewOf(tool(), args).body as { raw: string }).raw;
const headersOf = (message: string): string[] =>
  (message.split('\r\n\r\n')[0] as string).replace(/\r\n[ \t]/g, ' ').split('\r\n');
const decodeWords = (text: string): string =>
  text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?UTF-8\?B\?([^?]*)\?=/g, (_, word: string) => Buffer.from(word, 'base64').toString());

describe('a mail message', () => {
  it('holds its headers and its text, the same in every attempt', () => {
    const args = {
      from: 'Ada <ada@example.com>',
      to: ['b@example.com', 'c@example.com'],
      subject: 'Hello',
      text: 'Hi\nthere',
    };
    expect(mail(args)).toBe(
      [
        'From: "Ada" <ada@example.com>',
        'To: b@example.com,',
        ' c@example.com',
        'Subject: Hello',
        'Date: Thu, 01 Jan 1970 00:00:00 +0000',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: base64',
        '',
        Buffer.from('Hi\r\nthere').toString('base64'),
      ].join('\r\n'),
    );
    expect(mail(args)).toBe(mail(args));
  });

  it('encodes what is not ASCII in words of whole characters, no line over 76', () => {
    const subject = `${'Grüße 🎉 '.repeat(20)}=?UTF-8?B?eA==?=`;
    const message = mail({ to: 'Jürgen <j@müller.example>', subject, text: 'ü' });
    const line = headersOf(message).find((header) => header.startsWith('Subject: '));
    expect(decodeWords(line ?? '')).toBe(`Subject: ${subject}`);
    expect(headersOf(message)[0]).toContain('<j@xn--mller-kva.example>');
    expect(decodeWords(headersOf(message)[0] ?? '')).toContain('Jürgen <');
    for (const text of message.split('\r\n')) expect(text.length).toBeLessThanOrEqual(86);
    expect([...message].every((char) => char.charCodeAt(0) < 128)).toBe(true);
  });

  it.each([
    'a\r\nBcc: evil@example.com',
    'a\nX: y',
    'a\rX: y',
    'a\u2028X: y',
    'a\0b',
    `${'word '.repeat(40)}\r\n\r\nbody`,
  ])('keeps %j one header', (subject) => {
    const names = headersOf(mail({ to: 'a@example.com', subject, text: 'x' })).map((header) => header.split(':')[0]);
    expect(names).toEqual(['To', 'Subject', 'Date', 'MIME-Version', 'Content-Type', 'Content-Transfer-Encoding']);
  });

  it.each([
    'a@b.c\r\nBcc: d@e.f',
    'a@b.c, d@e.f',
    'nobody',
    '@b.c',
    'a@',
    'a b@c.d',
    'x <a@b.c> y',
    '<a@b.c',
    'a@b..c',
    'a@b.c>',
    7,
  ])('takes no %j for an address', (to) => {
    const failure = failureOf(() => mail({ to, text: 'x' }));
    expect(failure.body).toMatchObject({ code: 'invalid_arguments', details: { issues: [{ path: 'arguments.to' }] } });
  });

  it('keeps a display name from being more than a name', () => {
    const message = mail({ to: 'Eve\r\nBcc: x@y.z <eve@example.com>', text: 'x' });
    expect(headersOf(message)[0]).toBe('To: "Eve Bcc: x@y.z" <eve@example.com>');
  });

  it('carries HTML beside text and files beside both, under names of any script', () => {
    const message = mail({
      to: 'a@example.com',
      text: 'plain',
      html: '<p>rich</p>',
      attachments: [
        {
          filename: 'Übersicht "1".pdf',
          content_type: 'application/pdf',
          content_base64: Buffer.from('PDF').toString('base64'),
        },
        { filename: 'n.txt', text: 'note' },
      ],
    });
    const types = [...message.matchAll(/Content-Type: ([\w/-]+)/g)].map((match) => match[1]);
    expect(types).toEqual([
      'multipart/mixed',
      'multipart/alternative',
      'text/plain',
      'text/html',
      'application/pdf',
      'application/octet-stream',
    ]);
    expect(message).toContain("filename*=UTF-8''%C3%9Cbersicht%20%221%22.pdf");
    expect(message).toContain('filename="n.txt"');
    for (const [, boundary] of message.matchAll(/boundary="([^"]+)"/g)) {
      expect(message.split(`--${boundary}\r\n`)).toHaveLength(3 + (boundary?.includes('mixed') ? 1 : 0));
      expect(message).toContain(`--${boundary}--`);
    }
  });

  it('goes as base64url or base64, and is left out without a text', () => {
    const plain = mail({ to: 'a@example.com', text: 'x' });
    for (const encode of ['base64url', 'base64'] as const) {
      const { raw } = previewOf(tool(encode), { to: 'a@example.com', text: 'x' }).body as { raw: string };
      expect(raw).toBe(Buffer.from(plain).toString(encode));
    }
    expect(previewOf(tool(), { to: 'a@example.com' }).body).toEqual({});
  });

  it('answers another mail by its Message-ID, and takes nothing else for one', () => {
    expect(mail({ text: 'x', in_reply_to: '<a.b@c>' })).toContain('In-Reply-To: <a.b@c>\r\n');
    expect(failureOf(() => mail({ text: 'x', in_reply_to: '<a>\r\nX: y' })).code).toBe('invalid_arguments');
  });

  it('names arguments of the tool', () => {
    const parameters = { raw: { 'x-mail': { text: 'body' } as never } };
    expect(issuesIn({ parameters })).toEqual([
      "tools.do_it.parameters.raw.x-mail.text: names 'body', which is not a parameter of the tool",
    ]);
  });
});

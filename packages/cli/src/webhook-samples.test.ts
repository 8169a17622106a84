import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, directoryWith, json } from './running-patchbay.fixture.ts';

const secret = 'whsec_0123456789abcdef';
const cwd = directoryWith({ secret: `${secret}\n`, other: 'whsec_other', 'body.json': '{"id":"evt_9","type":"x.y"}' });
const webhooks = (...argv: string[]) => cli(['webhooks', ...argv], { cwd });
const seen: { url: string; headers: Record<string, unknown>; body: string }[] = [];
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  seen.push({ url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
  response.writeHead(request.url === '/refuses' ? 401 : 200).end('heard');
});
let origin = '';

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

describe('webhooks', () => {
  test('schemes lists vendors, and shows how one signs', async () => {
    expect((await webhooks('schemes')).out).toMatch(/stripe +Stripe +hmac sha256/);
    expect(json(await webhooks('schemes', '--json')).schemes.length).toBeGreaterThan(4);
    expect((await webhooks('schemes', 'stripe')).out).toContain('{timestamp}.{body}');
    const unknown = await webhooks('schemes', 'nobody');
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain("no scheme 'nobody'");
  });

  test('what send prints, verify accepts; not under another secret, nor later', async () => {
    const { out } = await webhooks('send', 'stripe', '--secret-file', 'secret');
    writeFileSync(join(cwd, 'request.http'), out);
    const verified = await webhooks('verify', 'stripe', 'request.http', '--secret-file', 'secret');
    expect(verified.out).toMatch(/^verified {2}Stripe, variant default\npayment_intent\.succeeded {2}evt_/);
    const wrong = await webhooks('verify', 'stripe', 'request.http', '--secret-file', 'other');
    expect(wrong.code).toBe(1);
    expect(wrong.out).toMatch(/^signature_wrong {2}/);
    expect(wrong.out).toMatch(/computed over these \d+ bytes:\n\d+\.\{"id":"evt_/);
    expect(wrong.out + wrong.err).not.toContain('whsec_other');
    const late = await webhooks(
      'verify',
      'stripe',
      'request.http',
      '--secret-file',
      'secret',
      '--at',
      '2031-01-01T00:00:00Z',
      '--json',
    );
    expect(json(late)).toMatchObject({ ok: false, reason: 'timestamp_too_old', events: [] });
  });

  test('send delivers a body of one’s own, signed, and tells the answer', async () => {
    const sent = await webhooks(
      'send',
      'stripe',
      '--secret-file',
      'secret',
      '--body',
      'body.json',
      '--to',
      `${origin}/hook`,
    );
    expect(sent).toMatchObject({ code: 0, out: expect.stringMatching(/^200 in [\d.]+ m?s {2}heard\n$/) });
    expect(seen.at(-1)).toMatchObject({ url: '/hook', body: '{"id":"evt_9","type":"x.y"}' });
    expect(String(seen.at(-1)?.headers['stripe-signature'])).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
    expect((await webhooks('send', 'stripe', '--secret-file', 'secret', '--to', `${origin}/refuses`)).code).toBe(1);
  });

  test('says what is missing', async () => {
    expect((await webhooks('send', 'stripe')).err).toContain('--secret-file');
    expect((await webhooks('verify', 'stripe', 'nowhere.http', '--secret-file', 'secret')).err).toContain('ENOENT');
    const nobody = createServer().listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const { port } = nobody.address() as AddressInfo;
    nobody.close();
    const unheard = await webhooks('send', 'stripe', '--secret-file', 'secret', '--to', `http://127.0.0.1:${port}/`);
    expect(unheard.code).toBe(1);
    expect(unheard.err).toContain('cannot be reached (ECONNREFUSED)');
    expect((await webhooks('verify', 'stripe', 'body.json', '--secret-file', 'secret')).err).toContain(
      'does not begin',
    );
  });
});

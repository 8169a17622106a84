import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { routes } from '@patchbay/contracts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type IngressStage, ingressForSuite } from '../test/ingress-stage.ts';
import { deliver, eventsOf, makeSource, runIngress, sampleFor, sealed } from '../test/running-ingress.ts';

const stage = ingressForSuite({ beforeAll, afterAll });
let { servers, ingress, admin, reader, vault } = {} as IngressStage;
beforeAll(() => {
  ({ servers, ingress, admin, reader, vault } = stage());
});

const secret = 'hush-4f1c7e0b9d4f1c7e0b9d';

/** The newest request that a source turned away. */
async function newestKept(source: { readonly id: string }, count = 1) {
  const { requests } = await vi.waitFor(async () => {
    const found = await admin.request(routes.listRejected, {}, { tenant: 'acme', source: source.id, kind: 'rejected' });
    expect(found.requests).toHaveLength(count);
    return found;
  });
  return requests[0];
}

/** Of a request to no source, and more than may be. */
const head = `POST /hooks/src_${'0'.repeat(26)} HTTP/1.1\r\nhost: x\r\n`;
const manyHeaders = Array.from({ length: 200 }, (_, n) => `x-${n}: ${n}\r\n`).join('');

describe('a request that is turned away', () => {
  test('because it is too long is kept as what it was, without its body', async () => {
    const source = await makeSource(admin, { scheme: 'github', secret });
    const sample = await sampleFor(source, secret, { body: JSON.stringify({ text: 'x'.repeat(1_048_576) }) });
    expect((await deliver(ingress, sample)).status).toBe(413);
    expect(await newestKept(source)).toMatchObject({
      step: 'size',
      reason: 'too_large',
      status: 413,
      body_bytes: sample.request.body.length,
    });
    const roomy = await runIngress(servers, 'ingress-roomy', { maxBodyBytes: 3_145_728 });
    try {
      const largest = await sampleFor(source, secret, { body: JSON.stringify({ text: 'x'.repeat(3_145_728 - 11) }) });
      expect(largest.request.body).toHaveLength(3_145_728);
      await vi.waitFor(async () => expect((await deliver(roomy, largest)).status).toBe(200));
      const [stored] = await eventsOf(reader, source);
      expect(stored?.payload.equals(largest.request.body)).toBe(true);
    } finally {
      await roomy.stop();
    }
  });

  test.each([
    ['x-hub-signature-256', 400],
    ['content-type', 400],
    // It is not signed: one that cannot be read is none, and the body tells the event.
    ['x-github-delivery', 200],
  ])('or not, because its header %s is there twice: %i', async (twice, expected) => {
    const source = await makeSource(admin, { scheme: 'github', secret });
    const { request } = await sampleFor(source, secret);
    const rest = request.headers.filter(([name]) => name.toLowerCase() !== 'content-type');
    const headers = [...rest, ['content-type', 'application/json'] as const, ['host', 'x'] as const];
    headers.push(...headers.filter(([name]) => name.toLowerCase() === twice));
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const options = { method: 'POST', headers: headers.flat() };
      const sent = httpRequest(`${ingress.url}/hooks/${source.id}`, options, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', reject).end(Buffer.from(request.body));
    });
    expect(status).toBe(expected);
    if (expected === 400) expect(await newestKept(source)).toMatchObject({ reason: 'repeated_header' });
    else expect((await eventsOf(reader, source)).map(({ event }) => event.vendor_id)).toEqual([null]);
  });

  test.each([
    ['by its head, and whose body then breaks', 431, `${head}${manyHeaders}`, 'zz\r\nno chunk\r\n'],
    ['by its body alone, which breaks', 400, head, 'zz\r\nno chunk\r\n'],
    ['for being no request of HTTP', 400, '', 'NO SUCH THING\r\n\r\n'],
  ])('%s has one answer', async (_how, status, begin, rest) => {
    const { hostname, port } = new URL(ingress.url);
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    if (begin !== '') {
      socket.write(`${begin}transfer-encoding: chunked\r\n\r\n`);
      // What refuses the head has time to; what waits for the body says nothing yet.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    socket.end(rest);
    await once(socket, 'close');
    const answers = Buffer.concat(chunks)
      .toString()
      .match(/HTTP\/1\.1 \d+/g);
    expect(answers).toEqual([`HTTP/1.1 ${status}`]);
  });

  test('because it is nested too deep, or is no JSON though it says so', async () => {
    const source = await makeSource(admin, { scheme: 'github', secret });
    const send = async (body: string) => {
      const { request } = await sampleFor(source, secret, { body });
      const headers = [...request.headers, ['content-type', 'application/problem+json'] as const];
      return (await deliver(ingress, { request: { ...request, headers } })).status;
    };
    const deep = `${'['.repeat(65)}${']'.repeat(65)}`;
    for (const body of [deep, '{"a":1,}', '\ufeff{}']) expect(await send(body)).toBe(400);
    expect(await newestKept(source, 3)).toMatchObject({ step: 'events', reason: 'body_unreadable' });
    const fine = `${'['.repeat(64)}${']'.repeat(64)}`;
    expect(await send(fine)).toBe(200);
  });
});

describe('secrets of a source', () => {
  test('are four at most, end when they are removed, and are only those that there are', async () => {
    const { id: source } = await makeSource(admin, { scheme: 'github', secret });
    const add = async (value: string) =>
      admin.request(routes.addSourceSecret, {}, { tenant: 'acme', source, sealed_secret: await sealed(admin, value) });
    for (const value of ['two', 'three', 'four']) await add(value);
    await expect(add('five')).rejects.toMatchObject({ code: 'invalid_request' });
    const held = () => [...vault.held].filter(([key]) => key.includes(source)).map(([, value]) => value);
    expect(held()).toEqual([secret, 'two', 'three', 'four']);
    const { source: shown } = await admin.request(routes.showSource, {}, { tenant: 'acme', source });
    const [first] = shown.secrets;
    const remove = (secret_id: string) =>
      admin.request(routes.removeSourceSecret, {}, { tenant: 'acme', source, secret_id });
    await remove(first?.id ?? '');
    expect(held()).toEqual(['two', 'three', 'four']);
    await expect(remove(first?.id ?? '')).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(
      admin.request(
        routes.addSourceSecret,
        {},
        { tenant: 'acme', source: 'src_01JD0000000000000000000000', sealed_secret: await sealed(admin, 'x') },
      ),
    ).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('are not changed while the vault is away, and the source stays as it was', async () => {
    const { id: source } = await makeSource(admin, { scheme: 'github', secret });
    const sealed_secret = await sealed(admin, 'another');
    await vault.stop();
    try {
      await expect(
        admin.request(routes.addSourceSecret, {}, { tenant: 'acme', source, sealed_secret }),
      ).rejects.toMatchObject({ code: 'vault_unavailable' });
      await expect(makeSource(admin, { scheme: 'stripe' })).resolves.toMatchObject({ secrets: [] });
    } finally {
      await vault.start();
    }
    const { source: shown } = await admin.request(routes.showSource, {}, { tenant: 'acme', source });
    expect(shown.secrets.map(({ expires_at }) => expires_at)).toEqual([null]);
  });
});

test('a row that no ingress wrote serves nobody, and no other source suffers from it', async () => {
  const own = await servers.connect('webhook-ingress');
  const bucket = await own.bucket('webhook_sources');
  const good = await makeSource(admin, { scheme: 'github', secret });
  const moved = await makeSource(admin, { scheme: 'github', secret });
  const row = await bucket.get(`acme.${moved.id}`);
  await bucket.put('acme.src_01JD0000000000000000000000', 'no source at all');
  await bucket.put(`rival.${moved.id}`, Buffer.from(row?.value ?? []));
  await vi.waitFor(() => expect(ingress.log().split('a webhook source was left out').length - 1).toBe(2));
  expect((await deliver(ingress, await sampleFor(good, secret))).status).toBe(200);
  expect((await deliver(ingress, await sampleFor(moved, secret))).status).toBe(404);
});

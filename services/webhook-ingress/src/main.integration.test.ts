import { newId, routes } from '@patchbay/contracts';
import { freePort } from '@patchbay/local-servers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type IngressStage, ingressForSuite } from '../test/ingress-stage.ts';
import { deliver, eventsOf, makeSource, runIngress, sampleFor, sealed } from '../test/running-ingress.ts';

const stage = ingressForSuite({ beforeAll, afterAll }, ['acme', 'rival', 'careful']);
let { servers, ingress, admin, reader, vault } = {} as IngressStage;
beforeAll(() => {
  ({ servers, ingress, admin, reader, vault } = stage());
});

const secret = 'whsec_4f1c7e0b9d4f1c7e0b9d4f1c7e0b9d';

/** Of an event of its own. */
const body = () => JSON.stringify({ id: newId('execution'), type: 'invoice.paid' });

describe('a webhook', () => {
  test('that its vendor signed is in the stream, as it came, when it is acknowledged', async () => {
    const source = await makeSource(admin, { name: 'Payments', scheme: 'stripe', secret });
    const sample = await sampleFor(source, secret);
    const answer = await deliver(ingress, sample);
    expect(answer.status).toBe(200);
    const [stored, ...others] = await eventsOf(reader, source);
    expect(others).toEqual([]);
    expect(stored?.payload).toEqual(Buffer.from(sample.request.body));
    expect(stored?.event).toMatchObject({
      tenant: 'acme',
      source: source.id,
      scheme: 'stripe',
      secret_id: source.secrets[0]?.id,
      index: 0,
      count: 1,
      request: { method: 'POST', url: source.url },
    });
    expect(stored?.subject).toBe(`webhooks.v1.acme.${source.id}.${stored?.event.type.replaceAll('.', '_')}`);
    expect(stored?.event.request.headers.map(([name]) => name.toLowerCase())).toContain('stripe-signature');
  });

  test('is stored without what its tenant’s privacy policy takes out', async () => {
    const registry = await servers.connect('registry');
    const policy = { webhooks: { default: 'redact' } };
    const stored = {
      tenant: 'careful',
      version: 1,
      policy,
      updated_at: '2026-11-30T08:00:00.000Z',
      updated_by: 'admin',
    };
    await (await registry.bucket('privacy_policies')).put('careful', JSON.stringify(stored));
    const source = await makeSource(admin, { tenant: 'careful', scheme: 'github', secret });
    const personal = { action: 'opened', sender: { email: 'ada@example.com', id: 7 } };
    await vi.waitFor(async () => {
      const sample = await sampleFor(source, secret, { body: JSON.stringify({ ...personal, at: Date.now() }) });
      expect((await deliver(ingress, sample)).status).toBe(200);
      const payload = (await eventsOf(reader, source)).at(-1)?.payload;
      expect(JSON.parse(Buffer.from(payload ?? '').toString())).toMatchObject({
        action: 'opened',
        sender: { email: '[email]', id: 7 },
      });
    }, 10_000);
    await registry.close();
  });

  test('that comes again is acknowledged again, and is no second event', async () => {
    const source = await makeSource(admin, { scheme: 'github', secret });
    const sample = await sampleFor(source, secret);
    for (let time = 0; time < 3; time++) expect((await deliver(ingress, sample)).status).toBe(200);
    expect(await eventsOf(reader, source)).toHaveLength(1);
  });

  test('with the same signed bytes under another id is no second event', async () => {
    const source = await makeSource(admin, { scheme: 'github', secret });
    const { request } = await sampleFor(source, secret);
    const renamed = {
      ...request,
      headers: request.headers.map(([name, value]): [string, string] => [
        name,
        name.toLowerCase() === 'x-github-delivery' ? 'another-id' : value,
      ]),
    };
    expect(renamed.headers).not.toEqual(request.headers);
    expect((await deliver(ingress, { request })).status).toBe(200);
    expect((await deliver(ingress, { request: renamed })).status).toBe(200);
    expect(await eventsOf(reader, source)).toHaveLength(1);
  });

  test('sent 100 times at once is one event', async () => {
    const source = await makeSource(admin, { scheme: 'stripe', secret });
    const sample = await sampleFor(source, secret);
    const second = await runIngress(servers, 'ingress-2');
    try {
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, at) => deliver(at % 2 === 0 ? ingress : second, sample)),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(await eventsOf(reader, source)).toHaveLength(1);
    } finally {
      await second.stop();
    }
  });

  test('comes to one of two processes that share a port, and to the other when that is gone', async () => {
    const source = await makeSource(admin, { scheme: 'stripe', secret });
    const shared = { port: await freePort(), sharedPort: true };
    const first = await runIngress(servers, 'ingress-3', shared);
    const second = await runIngress(servers, 'ingress-4', shared);
    try {
      expect(second.url).toBe(first.url);
      const send = async () => (await deliver(second, await sampleFor(source, secret, { body: body() }))).status;
      expect(new Set(await Promise.all(Array.from({ length: 40 }, send)))).toEqual(new Set([200]));
      await first.stop();
      expect(new Set(await Promise.all(Array.from({ length: 10 }, send)))).toEqual(new Set([200]));
      expect(await eventsOf(reader, source)).toHaveLength(50);
    } finally {
      await Promise.all([first.stop(), second.stop()]);
    }
  });

  test('of a list is as many events as it holds, and the whole is kept beside them', async () => {
    const source = await makeSource(admin, { scheme: 'hubspot', secret });
    // Neighbours that a double does not tell apart.
    const items = [
      '{"eventId":12345678901234567,"subscriptionType":"contact.creation","objectId":1}',
      '{"eventId":12345678901234568,"subscriptionType":"contact.deletion","objectId":2}',
    ];
    const body = `[${items.join(', ')}]`;
    const sample = await sampleFor(source, secret, { body });
    expect((await deliver(ingress, sample)).status).toBe(200);
    const stored = await eventsOf(reader, source);
    expect(stored.map(({ payload }) => payload.toString())).toEqual(items);
    expect(stored.map(({ event }) => [event.type, event.vendor_id, event.index, event.count])).toEqual([
      ['contact.creation', '12345678901234567', 0, 2],
      ['contact.deletion', '12345678901234568', 1, 2],
    ]);
    const requests = await (await servers.connect('webhook-delivery')).bucket('webhook_requests');
    const kept = await requests.get(`acme.${source.id}.${stored[0]?.event.request.id}`);
    expect(Buffer.from(kept?.value ?? []).toString()).toBe(body);
  });
});

describe('what is not a vendor’s', () => {
  test('is refused without a reason, kept with one, and never an event', async () => {
    const source = await makeSource(admin, { scheme: 'stripe', secret });
    const forged = await sampleFor(source, 'whsec_another');
    const answer = await deliver(ingress, forged);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const told = (await answer.json()) as { request_id: string };
    expect(told).toEqual({ type: 'about:blank', title: 'Unauthorized', status: 401, request_id: told.request_id });
    const find = () =>
      admin.request(routes.showRejected, {}, { tenant: 'acme', source: source.id, request: told.request_id });
    const { request } = await vi.waitFor(find);
    expect(request).toMatchObject({ kind: 'rejected', step: 'verify', reason: 'signature_wrong', status: 401 });
    expect(Buffer.from(request.body, 'base64')).toEqual(Buffer.from(forged.request.body));
    expect(Buffer.from(request.signed ?? '', 'base64').toString()).toContain(
      Buffer.from(forged.request.body).toString(),
    );
    const { requests } = await admin.request(routes.listRejected, {}, { tenant: 'acme', source: source.id });
    expect(requests.map(({ id }) => id)).toEqual([told.request_id]);
    expect(await eventsOf(reader, source)).toEqual([]);
    await expect(
      admin.request(routes.showRejected, {}, { tenant: 'rival', source: source.id, request: told.request_id }),
    ).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('looks the same for a source that never was, one that was removed, and one that is switched off', async () => {
    const [off, gone] = [
      await makeSource(admin, { scheme: 'stripe', secret }),
      await makeSource(admin, { scheme: 'stripe', secret }),
    ];
    await admin.request(routes.changeSource, {}, { tenant: 'acme', source: off.id, enabled: false });
    await admin.request(routes.removeSource, {}, { tenant: 'acme', source: gone.id });
    expect([...vault.held.keys()].filter((key) => key.includes(gone.id))).toEqual([]);
    const answers = await vi.waitFor(async () => {
      const all = await Promise.all(
        [off.id, gone.id, 'src_01JD0000000000000000000000', 'x', '..%2f'].map(async (id) => {
          const answer = await fetch(`${ingress.url}/hooks/${id}`, { method: 'POST', body: '{}' });
          const { request_id, ...rest } = (await answer.json()) as Record<string, unknown>;
          const headers = Object.fromEntries([...answer.headers].filter(([name]) => name !== 'date'));
          return { status: answer.status, headers, rest, hasId: /^req_/.test(String(request_id)) };
        }),
      );
      expect(all.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
      return all;
    });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  test('is refused while the source has no secret, and afterwards believed under either of two', async () => {
    const source = await makeSource(admin, { scheme: 'github' });
    expect((await deliver(ingress, await sampleFor(source, secret))).status).toBe(401);
    const add = async (value: string, overlap_ms?: number) =>
      (
        await admin.request(
          routes.addSourceSecret,
          {},
          {
            tenant: 'acme',
            source: source.id,
            sealed_secret: await sealed(admin, value),
            ...(overlap_ms !== undefined && { overlap_ms }),
          },
        )
      ).source;
    const first = await add('first-secret');
    const second = await add('second-secret');
    expect(second.secrets.map(({ id, expires_at }) => [id, expires_at === null])).toEqual([
      [first.secrets[0]?.id, false],
      [second.secrets[1]?.id, true],
    ]);
    const send = async (value: string, body: string) =>
      (await deliver(ingress, await sampleFor(source, value, { body }))).status;
    await vi.waitFor(async () => expect(await send('second-secret', '{"a":1}')).toBe(200));
    expect(await send('first-secret', '{"a":2}')).toBe(200);
    const third = await add('third-secret', 0);
    expect(third.secrets).toHaveLength(1);
    await vi.waitFor(async () => expect(await send('third-secret', '{"a":3}')).toBe(200));
    expect(await send('first-secret', '{"a":4}')).toBe(401);
    expect([...vault.held].filter(([key]) => key.includes(source.id)).map(([, value]) => value)).toEqual([
      'third-secret',
    ]);
    const stored = await eventsOf(reader, source);
    expect(stored.map(({ event }) => event.secret_id)).toEqual([
      second.secrets[1]?.id,
      first.secrets[0]?.id,
      third.secrets[0]?.id,
    ]);
  });
});

describe('a source', () => {
  test.each([
    [{ scheme: 'nobody' }, 'scheme'],
    [{ scheme: 'stripe', variant: 'nothing' }, 'variant'],
    [{ scheme: 'stripe', settings: { webhook_id: 'x' } }, 'settings.webhook_id'],
    [{ mode: 'capture', settings: { a: 'x' } }, 'mode'],
  ] as const)('is not made of %j', async (request, path) => {
    await expect(makeSource(admin, request)).rejects.toMatchObject({
      code: 'invalid_request',
      body: { details: { issues: [expect.objectContaining({ path })] } },
    });
  });

  test('of another tenant is neither shown nor changed', async () => {
    const { id: source } = await makeSource(admin, { scheme: 'stripe', secret });
    for (const attempt of [
      () => admin.request(routes.showSource, {}, { tenant: 'rival', source }),
      () => admin.request(routes.changeSource, {}, { tenant: 'rival', source, enabled: false }),
      () => admin.request(routes.removeSource, {}, { tenant: 'rival', source }),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'invalid_request' });
    const { sources } = await admin.request(routes.listSources, {}, { tenant: 'rival' });
    expect(sources).toEqual([]);
    expect((await admin.request(routes.showSource, {}, { tenant: 'acme', source })).source.enabled).toBe(true);
  });

  test('that captures keeps whatever comes, and makes no event of it', async () => {
    const source = await makeSource(admin, { mode: 'capture' });
    const answer = await fetch(`${ingress.url}/hooks/${source.id}?token=hush&a=1`, {
      method: 'POST',
      headers: { authorization: 'Bearer hush', 'x-thing': 'yes' },
      body: 'anything',
    });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    const { requests } = await vi.waitFor(async () => {
      const found = await admin.request(
        routes.listRejected,
        {},
        { tenant: 'acme', source: source.id, kind: 'captured' },
      );
      expect(found.requests).toHaveLength(1);
      return found;
    });
    const { request } = await admin.request(
      routes.showRejected,
      {},
      { tenant: 'acme', source: source.id, request: requests[0]?.id ?? '' },
    );
    expect(Buffer.from(request.body, 'base64').toString()).toBe('anything');
    expect(JSON.stringify(request)).not.toContain('hush');
    expect(request.url).toBe(`${source.url}?token=[redacted]&a=1`);
    expect(await eventsOf(reader, source)).toEqual([]);
  });
});

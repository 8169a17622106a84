import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AuditEvent, routes } from '@patchbay/contracts';
import { canary, scanForCanaries } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type DeliveryStack, startDeliveryStack } from './delivery-stack.test-support.ts';

let stack: DeliveryStack;
let logFile: string;
let source: string;
let paths = 0;
beforeAll(async () => {
  stack = await startDeliveryStack();
  logFile = join(stack.servers.dir, 'delivery.log');
  await stack.startHere({ logFile, logLevel: 'trace' });
  source = await stack.addSource();
});
afterAll(() => stack?.stop());

const patient = { timeout: 15_000 };
const newPath = () => `/target-${++paths}`;
const tenant = 'acme';
const ask: DeliveryStack['admin']['request'] = (route, values, body) => stack.admin.request(route, values, body);
const http = (path: string, over = {}) =>
  stack.subscribe({
    types: [path],
    retry: { schedule_ms: [], jitter: 0 },
    target: { kind: 'http', url: stack.receiver.origin + path, payload: 'raw' },
    ...over,
  });
const bodiesAt = (path: string) => stack.receiver.at(path).map(({ body }) => body.toString());
const come = (path: string, count: number) =>
  vi.waitFor(() => expect(stack.receiver.at(path)).toHaveLength(count), patient);

/** What the delivery has put on record. */
async function deliveryAudit(): Promise<AuditEvent[]> {
  const audit = await stack.servers.connect('audit');
  const found: AuditEvent[] = [];
  const reading = { filter: `audit.v1.${tenant}.delivery`, after: 0, pageRows: 100, mayRemove: false };
  for await (const { messages } of audit.readStream('AUDIT', reading))
    for (const { payload } of messages) found.push(...JSON.parse(Buffer.from(payload).toString()));
  await audit.close();
  return found;
}

describe('a person', () => {
  test('is found in what vendors sent and targets answered, and erased from it', async () => {
    const audit = await stack.servers.connect('audit');
    const subject = 'phone:+15550102030';
    const [mine, path] = [await stack.addSource(), newPath()];
    const about = (text: string) => JSON.stringify({ caller: { number: text } });
    const { id: subscription } = await http(path, { source: mine });
    stack.receiver.answer(path, { status: 200, body: 'noted: +1 555 010 2030' });
    const theirs = await stack.store(mine, about('+1 (555) 010-2030'), { type: path });
    const whole = `[${about('+15550102030')},${about('x')}]`;
    const listed = await stack.store(mine, about('+15550102030'), { type: 'listed', count: 2, index: 0 });
    await (await stack.ingress.bucket('webhook_requests')).put(`acme.${mine}.${listed.request.id}`, whole);
    const others = await stack.store(mine, about('+1 (555) 010-2031'), { type: 'other' });
    const rivals = await stack.store(mine, about('+15550102030'), { type: 'other', tenant: 'rival' });
    await come(path, 1);
    const finished = async () =>
      (await ask(routes.listDeliveries, {}, { tenant, subscription })).deliveries.filter(
        ({ state }) => state === 'succeeded',
      );
    await vi.waitFor(async () => expect(await finished()).toHaveLength(1), patient);

    const list = () => audit.request(routes.listHeldWebhooks, {}, { tenant, subject, after: 0 });
    const before = await list();
    expect(before.next).toBeNull();
    expect(before.held.map(({ where, id }) => `${where} ${id}`)).toEqual([
      `webhooks ${theirs.id}`,
      `webhooks ${listed.id}`,
      `deliveries ${(await finished())[0]?.id}`,
    ]);
    expect(before.held[0]?.record).toMatchObject({
      source: mine,
      payload: { caller: { number: '+1 (555) 010-2030' } },
    });

    const erase = () => audit.request(routes.eraseHeldWebhooks, {}, { tenant, subject, after: 0 });
    expect(await erase()).toEqual({
      erased: [
        { where: 'webhooks', records: 2 },
        { where: 'webhook_requests', records: 1 },
        { where: 'deliveries', records: 1 },
        { where: 'webhook_dead_letters', records: 0 },
      ],
      next: null,
    });
    expect((await list()).held).toEqual([]);
    expect((await erase()).erased.map(({ records }) => records)).toEqual([0, 0, 0, 0]);
    for (const { id } of [theirs, listed])
      await expect(ask(routes.showWebhookEvent, {}, { tenant, event: id })).rejects.toMatchObject({
        code: 'invalid_request',
      });
    await ask(routes.showWebhookEvent, {}, { tenant, event: others.id });
    await ask(routes.showWebhookEvent, {}, { tenant: 'rival', event: rivals.id });
    const shown = await ask(routes.showDelivery, {}, { tenant, delivery: (await finished())[0]?.id as string });
    expect(shown.delivery).toMatchObject({ event: theirs.id, attempts: [{ outcome: 'succeeded', answer: null }] });
    const elsewhere = await audit.request(routes.eraseHeldWebhooks, {}, { tenant: 'rival', subject, after: 0 });
    expect(elsewhere.erased[0]).toEqual({ where: 'webhooks', records: 1 });
    // Nobody but the audit service may look for persons, or erase them.
    await expect(
      stack.ingress.request(routes.eraseHeldWebhooks, {}, { tenant, subject, after: 0 }),
    ).rejects.toMatchObject({ code: 'not_permitted' });
  });
});

describe('events', () => {
  test('are listed newest first, in pages, by source, type, time and text', async () => {
    const mine = await stack.addSource();
    const stored = [];
    for (let i = 0; i < 7; i++)
      stored.push(
        await stack.store(mine, `{"n":${i},"name":"caller ${i % 2 ? 'Ann' : 'Bob'}"}`, {
          type: i < 5 ? 'call.ended' : 'call.begun',
        }),
      );
    const ids = stored.map(({ id }) => id).toReversed();
    const list = async (filter = {}) => {
      const found: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await ask(
          routes.listWebhookEvents,
          {},
          { tenant, source: mine, limit: 2, ...filter, ...(cursor && { cursor }) },
        );
        found.push(...page.events.map(({ id }) => id));
        if (page.next_cursor === null) return found;
        cursor = page.next_cursor;
      }
    };
    expect(await list()).toEqual(ids);
    expect(await list({ types: ['call.b*'] })).toEqual(ids.slice(0, 2));
    expect(await list({ text: 'Ann' })).toEqual([ids[1], ids[3], ids[5]]);
    expect(await list({ to: stored[2]?.received_at, from: stored[1]?.received_at })).toEqual(
      expect.arrayContaining([stored[1]?.id, stored[2]?.id]),
    );
    expect(await list({ from: new Date(Date.now() + 60_000).toISOString() })).toEqual([]);
    expect((await ask(routes.listWebhookEvents, {}, { tenant: 'rival' })).events).toEqual([]);
    await expect(ask(routes.listWebhookEvents, {}, { tenant, cursor: 'x' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  test('are shown byte for byte, with their headers; of a list also the whole request', async () => {
    const raw = new Uint8Array([0, 255, 13, 10, 123]);
    const event = await stack.store(source, raw, { type: 'odd' });
    const shown = await ask(routes.showWebhookEvent, {}, { tenant, event: event.id });
    expect(shown).toMatchObject({ event: { request: event.request }, total_bytes: 5, offset: 0 });
    expect(new Uint8Array(Buffer.from(shown.body, 'base64'))).toEqual(raw);
    // That it was read is on record before it is shown.
    const looks = (await deliveryAudit()).filter(({ type }) => type === 'dev.patchbay.delivery.event_read');
    expect(looks.filter(({ data }) => data.target.id === event.id)).toMatchObject([
      {
        tenant,
        data: { actor: { kind: 'admin', id: 'admin' }, target: { kind: 'webhook_event' }, outcome: 'succeeded' },
      },
    ]);

    const item = await stack.store(source, '{"b":2}', { type: 'odd', count: 2, index: 1 });
    const whole = '[{"a":1},{"b":2}]';
    await (await stack.ingress.bucket('webhook_requests')).put(`acme.${source}.${item.request.id}`, whole);
    const request = await ask(routes.showWebhookEvent, {}, { tenant, event: item.id, body: 'request' });
    expect(Buffer.from(request.body, 'base64').toString()).toBe(whole);

    const lost = await stack.store(source, '{"b":2}', { type: 'odd', count: 2 });
    for (const asked of [
      { tenant, event: lost.id, body: 'request' as const },
      { tenant: 'rival', event: event.id },
    ])
      await expect(ask(routes.showWebhookEvent, {}, asked)).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('a replay', () => {
  test('counts first, then delivers again byte for byte, in order, under the same ids', async () => {
    const path = newPath();
    const bodies = ['{"n": 1.0}', '{"n":\t2}', '{"n":3}\r\n'];
    for (const body of bodies) await stack.store(source, body, { type: path });
    const { id } = await http(path, { order_by: 'one' });
    const filter = { tenant, types: [path] };
    expect(await ask(routes.replayWebhooks, {}, filter)).toEqual({
      dry_run: true,
      events: 3,
      deliveries: 3,
      more: false,
    });
    expect(await ask(routes.replayWebhooks, {}, { ...filter, limit: 2 })).toMatchObject({ events: 2, more: true });
    expect(stack.receiver.at(path)).toHaveLength(0);
    for (let time = 1; time <= 2; time++) {
      expect(await ask(routes.replayWebhooks, {}, { ...filter, subscription: id, dry_run: false })).toMatchObject({
        deliveries: 3,
      });
      await come(path, 3 * time);
    }
    expect(bodiesAt(path)).toEqual([...bodies, ...bodies]);
    expect(new Set(stack.receiver.at(path).map(({ headers }) => headers['webhook-id'])).size).toBe(3);
    const { deliveries } = await ask(routes.listDeliveries, {}, { tenant, subscription: id });
    expect(deliveries).toHaveLength(6);
    expect(deliveries.every(({ replay_of }) => replay_of !== null)).toBe(true);
  });

  test('goes to a subscription that would not match, if it is named, and to none that takes nothing', async () => {
    const [path, type] = [newPath(), newPath()];
    const event = await stack.store(source, '{}', { type });
    const { id } = await http(path);
    const asked = { tenant, events: [event.id], dry_run: false };
    expect(await ask(routes.replayWebhooks, {}, asked)).toMatchObject({ events: 1, deliveries: 0 });
    await ask(routes.replayWebhooks, {}, { ...asked, subscription: id });
    await come(path, 1);
    await ask(routes.removeSubscription, {}, { tenant, subscription: id });
    await expect(ask(routes.replayWebhooks, {}, { ...asked, subscription: id })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });
});

describe('dead letters', () => {
  test('are listed, shown, redriven with a count first, and dropped; system failures apart', async () => {
    const path = newPath();
    const { id } = await http(path);
    stack.receiver.answer(path, { status: 500, body: 'sorry' });
    for (let i = 0; i < 3; i++) await stack.store(source, String(i), { type: path });
    const letters = (over = {}) => ask(routes.listWebhookDeadLetters, {}, { tenant, subscription: id, ...over });
    await vi.waitFor(async () => expect((await letters()).total).toBe(3), patient);
    expect((await letters({ reason: 'system' })).total).toBe(0);
    expect((await letters({ limit: 1 })).dead_letters).toHaveLength(1);
    const [letter] = (await letters()).dead_letters;
    const shown = await ask(routes.showWebhookDeadLetter, {}, { tenant, delivery: letter?.id as string });
    expect(shown).toMatchObject({
      dead_letter: { reason: 'exhausted', attempts: 1, last_attempt: { status: 500, answer: 'sorry' } },
      delivery: { state: 'dead_letter' },
    });

    const pick = { tenant, subscription: id, reason: 'exhausted' as const };
    expect(await ask(routes.redriveWebhookDeadLetters, {}, pick)).toEqual({ dry_run: true, count: 3, more: false });
    stack.receiver.answer(path, { status: 204 });
    expect(await ask(routes.redriveWebhookDeadLetters, {}, { ...pick, limit: 2, dry_run: false })).toEqual({
      dry_run: false,
      count: 2,
      more: true,
    });
    await come(path, 5);
    expect((await letters()).total).toBe(1);
    expect(await ask(routes.dropWebhookDeadLetters, {}, pick)).toEqual({ dry_run: true, count: 1, more: false });
    expect(await ask(routes.dropWebhookDeadLetters, {}, { ...pick, dry_run: false })).toMatchObject({ count: 1 });
    expect((await letters()).total).toBe(0);
    await expect(
      ask(routes.showWebhookDeadLetter, {}, { tenant, delivery: letter?.id as string }),
    ).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  test('of a subscription that is gone cannot be redriven', async () => {
    const path = newPath();
    const { id } = await http(path);
    stack.receiver.answer(path, { status: 500 });
    await stack.store(source, '{}', { type: path });
    const pick = { tenant, subscription: id };
    await vi.waitFor(async () => expect((await ask(routes.listWebhookDeadLetters, {}, pick)).total).toBe(1), patient);
    await ask(routes.removeSubscription, {}, pick);
    expect(await ask(routes.redriveWebhookDeadLetters, {}, { ...pick, dry_run: false })).toMatchObject({ count: 0 });
    expect((await ask(routes.listWebhookDeadLetters, {}, pick)).total).toBe(1);
  });
});

test('no signing key lies in a log, a record, a dead letter or a stream, and no payload in a log', async () => {
  const path = newPath();
  const secret = canary();
  const { key } = await stack.subscribeWithKey({
    types: [path],
    retry: { schedule_ms: [50], jitter: 0 },
    target: { kind: 'http', url: stack.receiver.origin + path },
  });
  stack.receiver.answer(path, ({ headers }) => ({ status: 500, body: `you sent ${headers['webhook-signature']}` }));
  const event = await stack.store(source, JSON.stringify({ secret }), { type: path });
  await come(path, 2);
  await vi.waitFor(
    async () =>
      expect((await ask(routes.listDeliveries, {}, { tenant, event: event.id })).deliveries[0]?.state).toBe(
        'dead_letter',
      ),
    patient,
  );
  const delivery = await stack.servers.connect('webhook-delivery');
  const sources = [{ name: 'log', bytes: readFileSync(logFile) }];
  for (const bucket of ['subscriptions', 'deliveries', 'webhook_dead_letters']) {
    for await (const { messages } of delivery.readStream(`KV_${bucket}`, {
      filter: `$KV.${bucket}.>`,
      after: 0,
      pageRows: 100,
    }))
      sources.push(...messages.map(({ payload }) => ({ name: bucket, bytes: Buffer.from(payload) })));
  }
  expect(sources.length).toBeGreaterThan(3);
  expect(await scanForCanaries(sources, [key, key.slice('whsec_'.length)])).toEqual([]);
  expect(await scanForCanaries(sources.slice(0, 1), [secret])).toEqual([]);
});

import { jetstreamManager } from '@nats-io/jetstream';
import { events, newId } from '@patchbay/contracts';
import { serversForSuite } from '@patchbay/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Messaging, StreamMessage } from './index.ts';
import { rawConnection } from './raw-connection.test-support.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], redis: false });
let ingress: Messaging;
let delivery: Messaging;
let source: string;

beforeAll(async () => {
  ingress = await servers().connect('webhook-ingress');
  delivery = await servers().connect('webhook-delivery');
});
beforeEach(() => {
  source = newId('webhookSource');
});

const textOf = ({ payload }: StreamMessage) => Buffer.from(payload).toString();

async function store(...texts: string[]): Promise<number[]> {
  const sequences: number[] = [];
  for (const text of texts) {
    const subject = `webhooks.v1.acme.${source}.made`;
    sequences.push(
      (await ingress.publishDurable(subject, text, { headers: { 'Patchbay-X': `of ${text.trim()}` } })).sequence,
    );
  }
  return sequences;
}

describe('a stream', () => {
  test('is read in its order, page by page, from behind a message on', async () => {
    const [first] = await store('a', 'b', 'c', 'd');
    const pages: { texts: string[]; left: number }[] = [];
    const filter = `webhooks.v1.acme.${source}.*`;
    for await (const page of delivery.readStream('WEBHOOKS', { filter, after: first as number, pageRows: 2 }))
      pages.push({ texts: page.messages.map(textOf), left: page.left });
    expect(pages).toEqual([
      { texts: ['b', 'c'], left: 1 },
      { texts: ['d'], left: 0 },
    ]);
  });

  test('is read from a point in time on, without payloads where nobody needs them', async () => {
    await store('early');
    const earlier = Date.now();
    await vi.waitUntil(() => Date.now() > earlier + 1);
    const since = new Date();
    await store('late');
    const found: StreamMessage[] = [];
    const options = { filter: `webhooks.v1.acme.${source}.*`, after: since, pageRows: 10, headersOnly: true };
    for await (const { messages } of delivery.readStream('WEBHOOKS', options)) found.push(...messages);
    expect(found.map((message) => message.header('Patchbay-X'))).toEqual(['of late']);
    expect(found[0]?.payload).toHaveLength(0);
    expect(found[0]?.header('Nats-Msg-Size')).toBe('4');
  });

  test('is read on behind the last page when the server lost the reading, each message once', async () => {
    await store('a', 'b', 'c', 'd', 'e');
    const connection = await rawConnection(servers(), 'webhook-delivery');
    const { consumers } = await jetstreamManager(connection, { checkAPI: false });
    const lose = async () => {
      for await (const { name } of consumers.list('WEBHOOKS'))
        if (name.startsWith('scan_')) await consumers.delete('WEBHOOKS', name);
    };
    const texts: string[] = [];
    for await (const { messages } of delivery.readStream('WEBHOOKS', {
      filter: `webhooks.v1.acme.${source}.*`,
      after: 0,
      pageRows: 2,
    })) {
      texts.push(...messages.map(textOf));
      await lose();
    }
    await connection.close();
    expect(texts).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('that is not there is said not to be readable', async () => {
    const reading = delivery.readStream('NOPE', { filter: 'nope.>', after: 0, pageRows: 1 })[Symbol.asyncIterator]();
    await expect(reading.next()).rejects.toMatchObject({ name: 'PatchbayError', code: 'overloaded' });
  }, 90_000);

  test('with nothing that is asked for ends at once', async () => {
    for await (const page of delivery.readStream('WEBHOOKS', {
      filter: `webhooks.v1.acme.${source}.*`,
      after: 0,
      pageRows: 1,
    }))
      expect(page).toBeNull();
  });

  test('gives one message by its number, byte for byte, and null for one that is not there', async () => {
    const [sequence] = await store('{"a": "ä"}\r\n');
    const message = await delivery.streamMessage('WEBHOOKS', sequence as number);
    expect(textOf(message as StreamMessage)).toBe('{"a": "ä"}\r\n');
    expect(message).toMatchObject({ sequence, subject: `webhooks.v1.acme.${source}.made` });
    expect(message?.header('Patchbay-X')).toBe('of {"a": "ä"}');
    expect(message?.header('Patchbay-Y')).toBeNull();
    expect(await delivery.streamMessage('WEBHOOKS', 1_000_000)).toBeNull();
  });

  test('gives the next message of a subject, and loses one that is erased', async () => {
    const executor = await servers().connect('executor');
    const [first, second] = await Promise.all(
      ['one', 'two'].map((text) => executor.publishDurable('submissions.v1.acme', text)),
    );
    await executor.publishDurable('submissions.v1.acme-2', 'other');
    const from = Math.min(first?.sequence ?? 0, second?.sequence ?? 0);
    const next = (at: number) => executor.nextOfSubject('SUBMISSIONS', 'submissions.v1.acme', at);
    expect(await next(from)).toMatchObject({ sequence: from, subject: 'submissions.v1.acme' });
    expect(await executor.eraseMessage('SUBMISSIONS', from)).toBe(true);
    expect(await executor.eraseMessage('SUBMISSIONS', from)).toBe(false);
    expect(await executor.eraseMessage('SUBMISSIONS', 1_000_000)).toBe(false);
    expect(await next(0)).toMatchObject({ sequence: from + 1 });
    expect(await next(from + 2)).toBeNull();
    await expect(delivery.eraseMessage('SUBMISSIONS', from + 1)).rejects.toThrow();
    const [sequence] = await store('of a person');
    expect(await delivery.eraseMessage('WEBHOOKS', sequence as number)).toBe(true);
    expect(await delivery.streamMessage('WEBHOOKS', sequence as number)).toBeNull();
  });

  test('says where it begins and ends, also one that never held anything', async () => {
    expect(await delivery.streamBounds('KV_webhook_dead_letters')).toEqual({ first: 1, last: 0 });
    const [sequence] = await store('x');
    expect(await delivery.streamBounds('WEBHOOKS')).toEqual({ first: 1, last: sequence });
  });
});

describe('a durable made while running', () => {
  const names = () => {
    const subscription = newId('subscription');
    return {
      subject: `deliveries.v1.acme.${subscription}.any`,
      durable: {
        stream: 'DELIVERIES',
        durable: `${subscription}-any`,
        filter: `deliveries.v1.acme.${subscription}.any`,
      },
    };
  };

  test('is made once, hands out what its subject has, and says what is left', async () => {
    const { subject, durable } = names();
    await delivery.publishDurable(subject, 'one');
    await delivery.makeDurable({ ...durable, maxAckPending: 1 });
    await delivery.makeDurable(durable);
    await delivery.publishDurable(subject, 'two');
    expect(await delivery.durableState('DELIVERIES', durable.durable)).toMatchObject({ waiting: 2, open: 0 });
    const seen: string[] = [];
    const worker = await delivery.work('DELIVERIES', durable.durable, {
      concurrency: 2,
      onMessage: async (message) => {
        seen.push(textOf(message));
        return { done: true };
      },
    });
    await vi.waitFor(() => expect(seen).toEqual(['one', 'two']));
    await worker.stop();
    expect(await delivery.durableState('DELIVERIES', durable.durable)).toMatchObject({ waiting: 0, open: 0 });
  });

  test('that is removed leaves its messages, which a purge takes', async () => {
    const { subject, durable } = names();
    await delivery.makeDurable(durable);
    await delivery.publishDurable(subject, 'one');
    expect(await delivery.durableNames('DELIVERIES')).toContain(durable.durable);
    await delivery.removeDurable('DELIVERIES', durable.durable);
    await delivery.removeDurable('DELIVERIES', durable.durable);
    expect(await delivery.durableState('DELIVERIES', durable.durable)).toBeNull();
    expect(await delivery.purgeSubject('DELIVERIES', subject)).toBe(1);
    expect(await delivery.purgeSubject('DELIVERIES', subject)).toBe(0);
  });
});

describe('an event that is to be heard', () => {
  const name = () => newId('subscription');

  test('is known to have been heard, or not', async () => {
    const agent = await servers().connect('agent', 'acme');
    const values = { tenant: 'acme', name: name() };
    expect(await delivery.publishHeard(events.webhookDelivered, values, '{}')).toBe(false);
    const heard: unknown[] = [];
    agent.subscribeEvent(events.webhookDelivered, values, (body) => heard.push(body));
    await agent.flush();
    const body = {
      delivery: newId('delivery'),
      subscription: newId('subscription'),
      event: {
        id: newId('event'),
        tenant: 'acme',
        source: newId('webhookSource'),
        scheme: 'stripe',
        type: 'x',
        vendor_id: null,
        received_at: new Date().toISOString(),
        content_type: null,
      },
      body: { a: 1 },
      body_base64: null,
    };
    expect(await delivery.publishHeard(events.webhookDelivered, values, JSON.stringify(body))).toBe(true);
    await vi.waitFor(() => expect(heard).toEqual([body]));
  });

  test('that is too large is refused', async () => {
    const tooLarge = new Uint8Array(delivery.maxPayloadBytes + 1);
    await expect(
      delivery.publishHeard(events.webhookDelivered, { tenant: 'acme', name: name() }, tooLarge),
    ).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('cannot be sent over a connection that is closed', async () => {
    const closed = await servers().connect('webhook-delivery');
    await closed.close();
    await expect(
      closed.publishHeard(events.webhookDelivered, { tenant: 'acme', name: name() }, '{}'),
    ).rejects.toMatchObject({ code: 'overloaded' });
  });
});

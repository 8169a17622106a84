import { newId, webhookSubject } from '@patchbay/contracts';
import { serversForSuite, startAgain } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { HeardMessage, Messaging } from './index.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme', 'rival'], redis: false, storage: 'file' });
let ingress: Messaging;
beforeAll(async () => {
  ingress = await servers().connect('webhook-ingress');
});

const source = newId('webhookSource');
const bytes = Buffer.from([0xff, 0x00, 0x0a, 0x7b, 0x20]);
const store = (tenant: string, type: string) =>
  ingress.publishDurable(`webhooks.v1.${tenant}.${source}.${type}`, bytes, { headers: { 'Patchbay-X': type } });

async function listen(as: 'agent' | 'admin', tenant: string, values: Record<string, string>) {
  const messaging = await servers().connect(as, as === 'agent' ? tenant : undefined);
  const heard: HeardMessage[] = [];
  const { unsubscribe } = messaging.hearMessages(webhookSubject, values, (message) => heard.push(message));
  await messaging.flush();
  return { messaging, heard, unsubscribe };
}

test('a stream is heard as it is stored, byte for byte, by its own tenant alone', async () => {
  const own = await listen('agent', 'acme', { tenant: 'acme' });
  const one = await listen('admin', 'acme', { tenant: 'acme', source, event_type: 'paid' });
  const curious = await listen('agent', 'rival', { tenant: 'acme' });
  await store('acme', 'made');
  await store('acme', 'paid');
  await store('rival', 'paid');
  await vi.waitFor(() => expect(own.heard).toHaveLength(2));
  expect(own.heard[0]?.subject).toBe(`webhooks.v1.acme.${source}.made`);
  expect(Buffer.from(own.heard[0]?.payload as Uint8Array)).toEqual(bytes);
  expect([own.heard[0]?.header('Patchbay-X'), own.heard[0]?.header('Patchbay-Y')]).toEqual(['made', null]);
  await vi.waitFor(() => expect(one.heard.map(({ subject }) => subject.split('.').at(-1))).toEqual(['paid']));
  expect(curious.heard).toEqual([]);
  own.unsubscribe();
  await own.messaging.flush();
  await store('acme', 'late');
  await ingress.flush();
  expect(own.heard).toHaveLength(2);
});

test('what would change the subject is refused', async () => {
  const { messaging } = await listen('admin', 'acme', { tenant: 'acme' });
  expect(() => messaging.hearMessages(webhookSubject, { tenant: 'a.>' }, () => {})).toThrow(
    'cannot stand in a subject',
  );
});

test('a lost connection is told once it is back, and what is stored then is heard', async () => {
  const { messaging, heard } = await listen('agent', 'acme', { tenant: 'acme' });
  let back = 0;
  let other = 0;
  messaging.onReconnect(() => back++);
  messaging.onReconnect(() => other++).unsubscribe();
  await servers().nats[0]?.stop();
  const again = await startAgain(servers());
  await vi.waitFor(() => expect(back).toBe(1), { timeout: 30_000 });
  await vi.waitFor(() => store('acme', 'after'), { timeout: 30_000 });
  await vi.waitFor(() => expect(heard.map(({ subject }) => subject.split('.').at(-1))).toContain('after'));
  expect(other).toBe(0);
  await again.stop();
}, 60_000);

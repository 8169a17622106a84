import { AuditBatch, type AuditData, auditConsumer } from '@patchbay/contracts';
import { type FaultProxy, startFaultProxy, startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type AuditRecorder, createAuditRecorder } from './audit-recorder.ts';

const data: AuditData = { actor: { kind: 'agent', id: 'a' }, target: { kind: 'tool', id: 't' }, outcome: 'succeeded' };
let servers: TestServers;
let proxy: FaultProxy;
let recorder: AuditRecorder;
let lost = 0;
/** What events are about, in the order the stream has them, each as often as it is there. */
const stored: (string | undefined)[] = [];

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  proxy = await startFaultProxy(Number(new URL(servers.nats[0]?.url as string).port));
  const messaging = await servers.connect('executor', undefined, {
    servers: [proxy.url('nats')],
    onStatus: ({ type }) => {
      if (type === 'disconnect') lost++;
    },
  });
  recorder = createAuditRecorder({
    messaging,
    producer: 'executor',
    instance: 'executor-1',
    macKey: servers.macKeyOf('executor'),
    timeoutMs: 1_000,
  });
  const audit = await servers.connect('audit');
  await audit.consume(auditConsumer.stream, auditConsumer.durable, {
    maxMessages: 10,
    gatherMs: 10,
    onBatch: async (messages) => {
      for (const { payload } of messages)
        for (const { subject } of AuditBatch.parse(JSON.parse(Buffer.from(payload).toString()))) stored.push(subject);
      return { ack: true };
    },
  });
});
afterAll(async () => {
  await proxy?.stop();
  await servers?.stop();
});

const entry = (subject: string) =>
  ({ tenant: 'acme', class: 'execution', type: 'dev.patchbay.execution.outcome', subject, data }) as const;

describe('an event that nobody waits for', () => {
  test.each([
    ['its publish', 'toServer'],
    ['its acknowledgement', 'toClient'],
  ] as const)(
    'is stored once when the connection is lost with %s under way',
    async (what, direction) => {
      const before = lost;
      const heal = proxy.inject({ kind: 'timeout', ms: 500 }, { direction });
      const { durable } = recorder.begin({ ...entry(what), unhurried: true });
      await vi.waitFor(() => expect(lost).toBeGreaterThan(before), { timeout: 10_000 });
      await heal();
      await durable;
      await recorder.record(entry(`after ${what}`));
      await vi.waitFor(() => expect(stored).toContain(`after ${what}`), { timeout: 10_000 });
      expect(stored.filter((subject) => subject === what)).toHaveLength(1);
    },
    30_000,
  );
});

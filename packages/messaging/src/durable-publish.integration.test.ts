import { buckets, durables, newId, routes, streams } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endpoint, type Messaging, StreamRefusal } from './index.ts';

let servers: TestServers;
let executor: Messaging;

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  executor = await servers.connect('executor');
});
afterAll(() => servers?.stop());

const subject = 'audit.v1.acme.execution';

describe('a durable publish', () => {
  test('is stored once per message id', async () => {
    const messageId = newId('auditEvent');
    const first = await executor.publishDurable(subject, '["x"]', { messageId });
    expect(first).toEqual({ sequence: expect.any(Number), duplicate: false });
    const again = await executor.publishDurable(subject, '["x"]', { messageId });
    expect(again).toEqual({ sequence: first.sequence, duplicate: true });
    const other = await executor.publishDurable(subject, '["x"]', { messageId: newId('auditEvent') });
    expect(other).toEqual({ sequence: first.sequence + 1, duplicate: false });
  });

  test('to a subject that its identity may not write is refused at once, and only that one', async () => {
    const refused = [1, 2].map(() =>
      executor.publishDurable('audit.v1.acme.credential', '[]', { timeoutMs: 60_000 }).then(
        () => null,
        (error: Error) => error.message,
      ),
    );
    const taken = executor.publishDurable(subject, '[]');
    for (const message of await Promise.all(refused)) expect(message).toMatch(/permissions violation/i);
    expect((await taken).sequence).toBeGreaterThan(0);
  });

  test('to where no stream listens is no longer waited for', async () => {
    await expect(executor.publishDurable('svc.vault.v1.lease', '{}', { timeoutMs: 60_000 })).rejects.toMatchObject({
      name: 'NoResponders',
    });
  });

  test('whose answer is no acknowledgement is refused', async () => {
    const vault = await servers.connect('vault');
    await vault.serve({ name: 'vault', version: '0.1.0', description: 'test' }, [
      endpoint('lease-credential', routes.leaseCredential, () => Promise.reject(new Error('never asked'))),
    ]);
    const refusal = await executor.publishDurable('svc.vault.v1.lease', 'no lease request').catch((error) => error);
    expect(refusal).toBeInstanceOf(StreamRefusal);
    expect(refusal).toMatchObject({ code: 0 });
  });
});

describe('provisioning', () => {
  const plan = {
    streams: Object.values(streams),
    buckets: Object.values(buckets),
    durables,
    replicas: 1,
    storage: 'memory' as const,
  };

  test('again changes nothing', async () => {
    const provisioner = await servers.connect('provisioner');
    const before = await executor.publishDurable(subject, '[]');
    await provisioner.provision(plan);
    expect((await executor.publishDurable(subject, '[]')).sequence).toBe(before.sequence + 1);
  });

  test('takes what changed into what is there', async () => {
    const provisioner = await servers.connect('provisioner');
    const bucket = await executor.bucket('executions');
    await provisioner.provision({ ...plan, buckets: [{ ...buckets.executions, maxValueBytes: 10 }] });
    await expect(bucket.put('acme.size', 'x'.repeat(50))).rejects.toThrow('message size exceeds');
    await provisioner.provision(plan);
    expect(await bucket.put('acme.size', 'x'.repeat(50))).toBeGreaterThan(0);
  });

  test('by who may not fails', async () => {
    await expect(executor.provision({ ...plan, streams: [], durables: [] })).rejects.toThrow();
  });
});

import { errors } from '@nats-io/transport-node';
import {
  auditConsumer,
  buckets,
  durables,
  PatchbayError,
  type ServiceName,
  streams,
  submissionConsumer,
} from '@patchbay/contracts';
import { type FaultProxy, startFaultProxy, startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { untilAnswered } from './jetstream-api.ts';

describe('a connection lost with a question to JetStream under way', () => {
  let servers: TestServers;
  let proxy: FaultProxy;
  beforeAll(async () => {
    servers = await startTestServers({ redis: false });
    proxy = await startFaultProxy(Number(new URL(servers.nats[0]?.url as string).port));
  });
  afterAll(async () => {
    await proxy?.stop();
    await servers?.stop();
  });

  const consuming = { maxMessages: 1, onBatch: async () => ({ ack: true }) as const };
  const working = { concurrency: 1, onMessage: async () => ({ done: true }) as const };
  const provisioning = {
    streams: Object.values(streams),
    buckets: Object.values(buckets),
    durables,
    replicas: 1,
    storage: 'memory',
  } as const;

  test('fails none of what a service asks as it starts', async () => {
    let lost = 0;
    const connect = (identity: ServiceName | 'provisioner') =>
      servers.connect(identity, undefined, {
        servers: [proxy.url('nats')],
        onStatus: ({ type }) => {
          if (type === 'disconnect') lost++;
        },
      });
    const [vault, audit, executor, provisioner] = await Promise.all([
      connect('vault'),
      connect('audit'),
      connect('executor'),
      connect('provisioner'),
    ]);
    // The questions reach the server, the answers are swallowed, and then the connections end.
    const heal = proxy.inject({ kind: 'timeout', ms: 500 }, { direction: 'toClient' });
    const asked = Promise.allSettled([
      vault.bucket('credentials'),
      audit.consume(auditConsumer.stream, auditConsumer.durable, consuming),
      executor.work(submissionConsumer.stream, submissionConsumer.durable, working),
      provisioner.provision(provisioning),
    ]);
    await vi.waitFor(() => expect(lost).toBeGreaterThanOrEqual(4), { timeout: 10_000 });
    await heal();
    expect((await asked).filter(({ status }) => status === 'rejected')).toEqual([]);
  }, 60_000);
});

test('a JetStream that never answers is an error that says what was asked', async () => {
  const ask = vi.fn(async () => {
    throw new errors.TimeoutError();
  });
  await expect(untilAnswered('bucket fences', ask, 0)).rejects.toThrow(
    new PatchbayError('overloaded', {
      message: 'NATS JetStream did not answer within 0 s (bucket fences). Is its server busy, or without a leader?',
    }),
  );
  expect(ask).toHaveBeenCalledOnce();
});

test('what is no timeout is not asked again', async () => {
  const refusal = new Error('refused');
  const ask = vi.fn(async () => {
    throw refusal;
  });
  await expect(untilAnswered('bucket fences', ask)).rejects.toBe(refusal);
  expect(ask).toHaveBeenCalledOnce();
});

import { JetStreamApiError } from '@nats-io/jetstream';
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

/** As nats-server says it, by the codes of its errors.json. */
const says = (code: number, err_code: number, description: string) =>
  new JetStreamApiError({ code, err_code, description });

test.each([
  says(400, 10_005, 'no suitable peers for placement, peer offline'),
  says(503, 10_008, 'JetStream system temporarily unavailable'),
  says(500, 10_009, 'JetStream cluster can not handle request'),
])('a cluster whose servers have yet to find each other is asked again: %o', async (notReady) => {
  const ask = vi.fn(async () => 'made').mockRejectedValueOnce(notReady);
  await expect(untilAnswered('stream AUDIT', ask)).resolves.toBe('made');
  expect(ask).toHaveBeenCalledTimes(2);
});

test('a cluster that is never ready is an error that says why', async () => {
  const ask = async () => {
    throw says(400, 10_005, 'no suitable peers for placement, insufficient peers');
  };
  await expect(untilAnswered('stream AUDIT', ask, 0)).rejects.toThrow(
    new PatchbayError('overloaded', {
      message:
        'NATS JetStream was not ready within 0 s (stream AUDIT): no suitable peers for placement, insufficient peers. Do all its servers run, and as many as there are replicas?',
    }),
  );
});

test.each([new Error('refused'), says(400, 10_052, 'invalid configuration')])(
  'what is neither a timeout nor a want of readiness is not asked again: %o',
  async (refusal) => {
    const ask = vi.fn(async () => {
      throw refusal;
    });
    await expect(untilAnswered('bucket fences', ask)).rejects.toBe(refusal);
    expect(ask).toHaveBeenCalledOnce();
  },
);

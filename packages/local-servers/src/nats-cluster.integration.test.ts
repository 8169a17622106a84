import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ensureIdentityKeys, type LocalKeys, seedFileOf } from './identity-keys.ts';
import { type NatsCluster, startNatsCluster } from './nats-cluster.ts';
import { RawNatsClient } from './raw-nats-client.test-support.ts';
import { natsBinary, openWorkspace } from './workspace.test-support.ts';

const workspace = openWorkspace();
let keys: LocalKeys;
let cluster: NatsCluster;
const connect = (index: number, identity: 'provisioner' | 'executor') =>
  RawNatsClient.connect(cluster.servers[index]?.port as number, readFileSync(seedFileOf(keys, identity), 'utf8'));

beforeAll(async () => {
  keys = ensureIdentityKeys(workspace.path('keys'), []);
  cluster = workspace.keep(await startNatsCluster({ dir: workspace.path('cluster'), binary: natsBinary(), keys }));
});
afterAll(() => workspace.close());

it('has three servers that keep a stream three times', async () => {
  expect(cluster.urls).toHaveLength(3);
  const client = await connect(0, 'provisioner');
  const config = { name: 'AUDIT', subjects: ['audit.v1.*.*'], storage: 'file', num_replicas: 3 };
  // The leader may not have heard of both others yet, and then has no place for three copies.
  const created = await vi.waitFor(
    async () => {
      const answer = JSON.parse(
        await client.request('$JS.API.STREAM.CREATE.AUDIT', JSON.stringify(config), '_INBOX_provisioner'),
      );
      expect(answer.error).toBeUndefined();
      return answer;
    },
    { timeout: 10_000, interval: 200 },
  );
  expect(created.cluster.replicas).toHaveLength(2);
  client.close();
});

it('carries messages from one server to another', async () => {
  const [from, to] = [await connect(0, 'executor'), await connect(1, 'executor')];
  to.subscribe('svc.executor.v1.cancel');
  await to.flush();
  await expect
    .poll(async () => {
      from.publish('svc.executor.v1.cancel', 'stop');
      await Promise.all([from.flush(), to.flush()]);
      return to.messages.length;
    })
    .toBeGreaterThan(0);
  from.close();
  to.close();
});

it('has servers that reach each other where they are told to', async () => {
  const asked: string[] = [];
  workspace.keep(
    await startNatsCluster({
      dir: workspace.path('detoured'),
      binary: natsBinary(),
      keys,
      size: 2,
      routeVia: async (from, to, port) => {
        asked.push(`${from} to ${to}`);
        return port;
      },
    }),
  );
  // It has a leader, or would not have started.
  expect(asked.sort()).toEqual(['0 to 1', '1 to 0']);
});

it('stops what it started when one of its servers cannot start', async () => {
  const attempt = startNatsCluster({
    dir: workspace.path('broken'),
    binary: workspace.path('nothing'),
    keys,
    readyTimeoutMs: 2_000,
  });
  await expect(attempt).rejects.toThrow('could not be run');
});

it('says so when there is no leader in time', async () => {
  const attempt = startNatsCluster({ dir: workspace.path('late'), binary: natsBinary(), keys, readyTimeoutMs: 0 });
  await expect(attempt).rejects.toThrow(/was not ready after 0 ms|no JetStream leader after 0 ms/);
});

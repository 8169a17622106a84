import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, expect, it, vi } from 'vitest';
import { freePort } from './free-port.ts';
import { ensureIdentityKeys, seedFileOf } from './identity-keys.ts';
import { startNatsCluster } from './nats-cluster.ts';
import { startNatsServer } from './nats-server.ts';
import { RawNatsClient } from './raw-nats-client.test-support.ts';
import { natsBinary, openWorkspace } from './workspace.test-support.ts';

const workspace = openWorkspace();
afterAll(() => workspace.close());

it('takes another port when one like it was faster, and does not take its greeting for its own', async () => {
  const start = async (name: string, findPort = freePort) => {
    const keys = ensureIdentityKeys(workspace.path(`${name}-keys`), []);
    const server = await startNatsServer({ dir: workspace.path(name), binary: natsBinary(), keys, port: 0, findPort });
    workspace.keep(server);
    return { server, seed: readFileSync(seedFileOf(keys, 'vault'), 'utf8').trim() };
  };
  const faster = await start('faster');
  // As if it was taken between looking for a free one and listening on it.
  const slower = await start('slower', vi.fn(freePort).mockResolvedValueOnce(faster.server.port));
  expect(slower.server.port).not.toBe(faster.server.port);
  for (const { server, seed } of [faster, slower]) (await RawNatsClient.connect(server.port, seed)).close();
});

it('takes other ports for a cluster when somebody was faster at one of its routes', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  try {
    const findPort = vi.fn(freePort).mockResolvedValueOnce(port);
    const keys = ensureIdentityKeys(workspace.path('cluster-keys'), []);
    const cluster = await startNatsCluster({ dir: workspace.path('cluster'), binary: natsBinary(), keys, findPort });
    workspace.keep(cluster);
    expect(cluster.servers).toHaveLength(3);
    expect(findPort.mock.results.length).toBeGreaterThan(12);
  } finally {
    other.close();
  }
});

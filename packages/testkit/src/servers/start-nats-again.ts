import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBinary, type NatsServer, startNatsServer } from '@patchbay/local-servers';
import type { TestServers } from './start-test-servers.ts';

const projectRoot = fileURLToPath(new URL('../../../..', import.meta.url));

/** Starts the one NATS server of these test servers again, after it was stopped: the same port, keys and streams. */
export function startAgain(servers: TestServers): Promise<NatsServer> {
  return startNatsServer({
    dir: join(servers.dir, 'nats'),
    binary: findBinary('nats-server', projectRoot),
    keys: servers.keys,
    port: Number(new URL(servers.natsUrls[0] as string).port),
  });
}

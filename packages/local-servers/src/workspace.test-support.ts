import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBinary } from './find-binary.ts';

/** The checkout's root, where bootstrap has put the servers. */
const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));

export const natsBinary = () => findBinary('nats-server', projectRoot);
export const redisBinary = () => findBinary('redis-server', projectRoot);

/** A directory of its own for one test file, and what must be stopped before it goes. */
export function openWorkspace() {
  const dir = mkdtempSync(join(tmpdir(), 'patchbay-servers-'));
  const stops: (() => Promise<void>)[] = [];
  return {
    path: (...parts: string[]) => join(dir, ...parts),
    /** Notes a server to stop at the end, and returns it. */
    keep<Server extends { stop(): Promise<void> }>(server: Server): Server {
      stops.push(() => server.stop());
      return server;
    },
    async close() {
      await Promise.all(stops.splice(0).map((stop) => stop()));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

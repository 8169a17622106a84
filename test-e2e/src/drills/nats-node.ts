import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunningPatchbay } from '@patchbay/launcher';
import { findBinary } from '@patchbay/local-servers';
import type { Drill } from './drill.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Kills a server, and with `wipe` takes away what it kept. */
export function loseNode(patchbay: RunningPatchbay, index: number, wipe: boolean): void {
  patchbay.natsServers[index]?.kill('SIGKILL');
  if (wipe) rmSync(join(nodeDirectory(patchbay, index), 'jetstream'), { recursive: true, force: true });
}

/** Starts it again on the same port, with the configuration that it had. A cluster fills it. */
export async function startNode(drill: Drill, patchbay: RunningPatchbay, index: number): Promise<void> {
  const config = join(nodeDirectory(patchbay, index), 'nats-server.conf');
  const server: ChildProcess = spawn(findBinary('nats-server', root), ['--config', config], { stdio: 'ignore' });
  drill.onEnd(() => void server.kill('SIGKILL'));
  const { http, port } = JSON.parse(readFileSync(config, 'utf8')) as { http?: string; port: number };
  while (!(await (http === undefined ? takesClients(port) : isCurrent(http)))) await delay(100);
}

/** A member of a cluster answers 200 when it has every stream as its leader has it. */
async function isCurrent(http: string): Promise<boolean> {
  const answer = await fetch(`http://${http}/healthz`).catch(() => null);
  return answer?.status === 200;
}

/** A server that is alone has read its streams before it lets anybody in. */
function takesClients(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (taken: boolean) => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

function nodeDirectory({ natsServers, state }: RunningPatchbay, index: number): string {
  return natsServers.length === 1 ? state.nats : join(state.nats, `n${index + 1}`);
}

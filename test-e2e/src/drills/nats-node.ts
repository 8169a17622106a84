import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunningPatchbay } from '@patchbay/launcher';
import { findBinary } from '@patchbay/local-servers';
import type { Drill } from './drill.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Kills a server of the cluster, and with `wipe` takes away what it kept. */
export function loseNode({ natsServers, state }: RunningPatchbay, index: number, wipe: boolean): void {
  natsServers[index]?.kill('SIGKILL');
  if (wipe) rmSync(join(nodeDirectory(state.nats, index), 'jetstream'), { recursive: true, force: true });
}

/** Starts it again on the same port, with the configuration that it had. The cluster fills it. */
export async function startNode(drill: Drill, { state }: RunningPatchbay, index: number): Promise<void> {
  const config = join(nodeDirectory(state.nats, index), 'nats-server.conf');
  const server: ChildProcess = spawn(findBinary('nats-server', root), ['--config', config], { stdio: 'ignore' });
  drill.onEnd(() => void server.kill('SIGKILL'));
  const { http } = JSON.parse(readFileSync(config, 'utf8')) as { http: string };
  for (;;) {
    // It answers 200 when it has every stream as its leader has it.
    const answer = await fetch(`http://${http}/healthz`).catch(() => null);
    if (answer?.status === 200) return;
    await delay(100);
  }
}

function nodeDirectory(nats: string, index: number): string {
  return join(nats, `n${index + 1}`);
}

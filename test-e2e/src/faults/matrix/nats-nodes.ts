import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findBinary } from '@patchbay/local-servers';
import type { System } from '../../system.ts';
import { leaderOf } from '../stream-info.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** The servers of the cluster, which are killed, stopped and started again; by their numbers from 0. */
export class NatsNodes {
  readonly #system: System;
  /** Those that took the place of one that was killed. */
  readonly #replacements: (ChildProcess | undefined)[] = [];
  readonly #endAll = () => {
    for (const child of this.#replacements) child?.kill('SIGKILL');
  };

  constructor(system: System) {
    this.#system = system;
    // A test that is ended in the middle leaves no server behind.
    process.once('exit', this.#endAll);
  }

  get size(): number {
    return this.#system.patchbay.natsServers.length;
  }

  pidOf(node: number): number {
    return (this.#replacements[node]?.pid ?? this.#system.patchbay.natsServers[node]?.pid) as number;
  }

  signal(node: number, signal: NodeJS.Signals): void {
    const replacement = this.#replacements[node];
    if (replacement === undefined) this.#system.patchbay.natsServers[node]?.kill(signal);
    else replacement.kill(signal);
  }

  /** Kills it, and resolves when its ports are free. */
  async kill(node: number): Promise<void> {
    const pid = this.pidOf(node);
    this.signal(node, 'SIGKILL');
    while (lives(pid)) await delay(10);
  }

  /** Starts the server of a directory whose server was killed: the same ports, and what it had stored. */
  async start(node: number): Promise<void> {
    const config = join(this.directoryOf(node), 'nats-server.conf');
    const child = spawn(findBinary('nats-server', root), ['--config', config], { stdio: 'ignore' });
    this.#replacements[node] = child;
    await once(child, 'spawn');
  }

  directoryOf(node: number): string {
    return join(this.#system.patchbay.state.nats, `n${node + 1}`);
  }

  /** Who leads the stream, as whoever answers first says; node 0 where nobody knows. */
  async leaderOf(stream: string): Promise<number> {
    const urls = this.#system.patchbay.natsServers.map(({ url }) => url);
    return Promise.any(urls.map((url) => leaderOf(this.#system, stream, url))).catch(() => 0);
  }

  end(): void {
    this.#endAll();
    process.off('exit', this.#endAll);
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

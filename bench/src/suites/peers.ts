import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { installPackages } from '../peers/install-packages.ts';
import type { Door, Peer, Place, RunningPeer } from '../peers/peer.ts';
import { sum, usageOf } from '../peers/process-tree.ts';
import { peers } from '../peers/roster.ts';
import { ask } from '../processes.ts';
import { startUpstream } from '../start-bench.ts';
import { print, readOptions } from '../suite.ts';
import type { DriverResult } from '../work.ts';
import { compare, type NotMeasured, renderReport, type Sample, summarise } from './peers-report.ts';

const usage = `Usage: npm run bench -- peers [options]

The same tool call through Patchbay and through what a user could pick instead: one JSON POST to an upstream on this machine, under
a bearer credential that the product keeps. Each product is started by itself, warmed up, measured and stopped. Its processor time
is that of all its processes, with what it still has to store when the calls are over; memory is what they take at the end of the
busiest cell. Packages of the products are installed into bench/peers at the first run (n8n is large); nothing of them is kept
elsewhere, and all of them listen on loopback alone where they can be told to.

  --only L          comma list of ${peers.map(({ id }) => id).join(', ')}
  --rounds N        rounds, each with a fresh start of each product; medians are printed (default 1)
  --seconds S       seconds per cell (default 4)
  --warmup S        seconds of load per door before counting (default 12)
  --concurrency L   comma list (default 1,16,64)
  --upstream L      comma list of milliseconds after which the upstream answers (default 0,20)
  --json            print one JSON object

About ten minutes; '--seconds 1 --warmup 1' takes four.
`;

const options = readOptions(usage, {
  only: '',
  rounds: 1,
  seconds: 4,
  warmup: 12,
  concurrency: '1,16,64',
  upstream: '0,20',
});
const say = (line: string) => process.stderr.write(`${line}\n`);
const numbers = (list: string) => list.split(',').map(Number);
const levels = numbers(options.concurrency);
const delays = numbers(options.upstream);
const ids = options.only === '' ? peers.map(({ id }) => id) : options.only.split(',');
const unknown = ids.filter((id) => !peers.some((peer) => peer.id === id));
if (unknown.length > 0 || [...levels, ...delays].some(Number.isNaN)) {
  process.stderr.write(
    unknown.length > 0 ? `No product '${unknown.join(', ')}'.\n\n${usage}` : `Lists are of numbers.\n\n${usage}`,
  );
  process.exit(2);
}

const samples: Sample[] = [];
const notMeasured: NotMeasured[] = [];
const upstream = await startUpstream(0);
try {
  const chosen = await install(peers.filter(({ id }) => ids.includes(id)));
  for (let round = 1; round <= options.rounds; round++)
    for (const { peer, packages } of round % 2 === 1 ? chosen : chosen.toReversed()) {
      say(`round ${round} of ${options.rounds}: ${peer.name}`);
      await measurePeer(peer, packages, round).catch((error) => giveUp(peer, error));
    }
} finally {
  upstream.child.kill();
}
const rows = summarise(samples);
const comparisons = compare(rows);
print(options, { node: process.version, date: new Date().toISOString(), rows, comparisons, notMeasured }, () =>
  renderReport(rows, comparisons, notMeasured),
);
process.exit(notMeasured.length === 0 ? 0 : 1);

/** What is not ready in time on a busy machine is started once more. */
async function measurePeer(peer: Peer, packages: string, round: number, again = true): Promise<void> {
  const before = samples.length;
  try {
    await inPlace(packages, async (place) => {
      const running = await peer.start(place);
      try {
        await ask(upstream.child, { delayMs: 0 });
        // All doors, so that none is measured in a colder state than the next.
        for (const { driver } of running.doors) await load(driver, 16, options.warmup);
        for (const door of running.doors) await measure(door, running, round);
      } finally {
        await running.stop?.();
      }
    });
  } catch (error) {
    if (!again || samples.length > before) throw error;
    say(`${peer.name} is started once more: ${String(error)}`);
    await measurePeer(peer, packages, round, false);
  }
}

function giveUp(peer: Peer, error: unknown): void {
  const reason = String((error as Error).message ?? error);
  say(`${peer.name} is not measured: ${reason}`);
  notMeasured.push({ peer: peer.name, reason });
}

async function install(wanted: readonly Peer[]): Promise<{ peer: Peer; packages: string }[]> {
  const there: { peer: Peer; packages: string }[] = [];
  for (const peer of wanted)
    try {
      there.push({ peer, packages: peer.packages === null ? '' : await installPackages(peer.packages, say) });
    } catch (error) {
      giveUp(peer, error);
    }
  return there;
}

/** Gives a peer a folder, and takes back what it left. */
async function inPlace(packages: string, work: (place: Place) => Promise<void>): Promise<void> {
  const place: Place = { dir: mkdtempSync(join(tmpdir(), 'patchbay-peer-')), packages, upstream, children: [] };
  // A run that is ended from outside leaves no product running.
  const end = () => {
    for (const child of place.children) child.kill();
    rmSync(place.dir, { recursive: true, force: true });
    process.exit(1);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
  try {
    await work(place);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end);
    for (const child of place.children) child.kill();
    await untilEnded(place);
    rmSync(place.dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What does not end when asked to ends after ten seconds. */
async function untilEnded({ children }: Place): Promise<void> {
  const running = () => children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  for (let i = 0; i < 100 && running().length > 0; i++) await delay(100);
  for (const child of running()) child.kill('SIGKILL');
}

function load(driver: ChildProcess, concurrency: number, seconds: number): Promise<DriverResult> {
  return within(seconds + 60, ask(driver, { concurrency, seconds, tolerant: true }));
}

async function measure(door: Door, { pids }: RunningPeer, round: number): Promise<void> {
  for (const delayMs of delays) {
    await ask(upstream.child, { delayMs });
    for (const concurrency of levels) {
      await untilIdle(pids);
      const outside = { driver: door.driver.pid as number, upstream: upstream.child.pid as number };
      const before = usageOf({ ...pids, ...outside }).cpuSeconds;
      const result = await load(door.driver, concurrency, options.seconds);
      const { memoryBytes } = usageOf(pids);
      await untilIdle(pids);
      const after = usageOf({ ...pids, ...outside }).cpuSeconds;
      const cpu = Object.fromEntries(
        Object.entries(after).map(([role, used]) => [role, used - (before[role] as number)]),
      );
      samples.push({
        ...result,
        door: door.id,
        name: door.name,
        delayMs,
        concurrency,
        round,
        cpu,
        memoryBytes: sum(memoryBytes),
      });
    }
  }
}

/** Resolves when the processes together used less than a tenth of a processor over a third of a second; at most 20 seconds. */
async function untilIdle(pids: Readonly<Record<string, number>>): Promise<void> {
  for (let i = 0; i < 60; i++) {
    const before = sum(usageOf(pids).cpuSeconds);
    await delay(333);
    if (sum(usageOf(pids).cpuSeconds) - before < 0.033) return;
  }
}

async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  const late = new AbortController();
  try {
    return await Promise.race([
      work,
      delay(seconds * 1_000, undefined, { signal: late.signal }).then(() => {
        throw new Error('calls were not answered in time');
      }),
    ]);
  } finally {
    late.abort();
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findBinary, freePort } from '@patchbay/local-servers';
import { ask, cpuSeconds, startModule } from '../processes.ts';
import { profileProcess } from '../profile.ts';
import { startBench } from '../start-bench.ts';
import { type Candidate, candidates, type DriverResult } from '../work.ts';
import { judge, renderReport, type Sample, summarise } from './calls-report.ts';

const usage = `Usage: npm run bench -- [calls] [options]

Measures, in one run and interleaved: a direct undici call, a bare NATS request to a worker that calls undici, and a full
Patchbay execution of a read tool and of a write tool. Each process counts: drivers, services, servers and upstream.

  --rounds N        rounds per figure; medians are printed (default 5)
  --seconds S       seconds per candidate, concurrency and round (default 2)
  --concurrency L   comma list (default 1,16,64)
  --warmup S        seconds of load before counting (default 5)
  --only L          comma list of direct, bare, read, write
  --profile C       instead of measuring, say where the executor's time goes under candidate C (read or write), or
                    another service's with C=read:audit
  --json            print one JSON object
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    concurrency: { type: 'string', default: '1,16,64' },
    warmup: { type: 'string', default: '5' },
    only: { type: 'string' },
    profile: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const say = (line: string) => process.stderr.write(`${line}\n`);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const bench = await startBench();
const { dir, children, patchbay, upstream, upstreamUrl } = bench;

/** Resolves when the process used less than a tenth of a processor over a third of a second; at most a minute. */
async function untilIdle(pid: number): Promise<void> {
  for (let i = 0; i < 180; i++) {
    const before = cpuSeconds({ pid });
    await delay(333);
    if ((cpuSeconds({ pid }).pid as number) - (before.pid as number) < 0.033) return;
  }
}

function report(samples: readonly Sample[]): void {
  const measured = new Set(samples.map(({ candidate }) => candidate));
  const rows = summarise(samples).filter(({ candidate }) => measured.has(candidate));
  const goals = judge(rows);
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ cpus: cpus().length, node: process.version, rounds: Number(values.rounds), seconds: Number(values.seconds), rows, goals })}\n`
      : renderReport(rows, goals),
  );
}

async function startBareNats(): Promise<{ url: string; pid: number }> {
  const port = await freePort();
  const config = join(dir, 'bare-nats.conf');
  writeFileSync(config, `host: 127.0.0.1\nport: ${port}\n`);
  const child = spawn(findBinary('nats-server', root), ['--config', config], { stdio: 'ignore' });
  children.push(child);
  for (let i = 0; i < 200; i++) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: '127.0.0.1', port });
      socket.once('data', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (up) return { url: `nats://127.0.0.1:${port}`, pid: child.pid as number };
    await delay(20);
  }
  throw new Error('the bare nats-server did not start');
}

const bareNats = await startBareNats();
const worker = await startModule('bare-worker.ts', [bareNats.url, upstreamUrl]);
children.push(worker.child);
try {
  const { facts } = patchbay;
  const chosen =
    values.only === undefined
      ? candidates
      : candidates.filter((candidate) => values.only?.split(',').includes(candidate) || candidate === 'bare');
  const services = bench.pids();
  const places: Record<Candidate, { args: string[]; pids: Record<string, number> }> = {
    direct: { args: [upstreamUrl], pids: {} },
    bare: { args: [bareNats.url], pids: { nats: bareNats.pid, worker: worker.child.pid as number } },
    read: {
      args: [facts.nats_url, facts.tenant, facts.agent_credentials],
      pids: services,
    },
    write: {
      args: [facts.nats_url, facts.tenant, facts.agent_credentials],
      pids: services,
    },
  };
  const drivers = new Map<Candidate, ChildProcess>();
  for (const candidate of chosen) {
    const { child } = await startModule('driver.ts', [candidate, ...places[candidate].args]);
    children.push(child);
    drivers.set(candidate, child);
  }
  const levels = values.concurrency.split(',').map(Number);
  const rounds = Number(values.rounds);
  const seconds = Number(values.seconds);
  say(
    `warming up, then ${rounds} rounds of ${chosen.length} candidates at ${levels.join(', ')}: about ${Math.round(Number(values.warmup) * chosen.length + rounds * chosen.length * levels.length * seconds)} s`,
  );
  for (const candidate of chosen)
    await ask(drivers.get(candidate) as ChildProcess, { concurrency: 32, seconds: Number(values.warmup) });

  if (values.profile !== undefined) {
    const [candidate = '', service = 'executor'] = values.profile.split(':');
    const load = ask(drivers.get(candidate as Candidate) as ChildProcess, {
      concurrency: levels.at(-1) as number,
      seconds: seconds + 1,
    });
    const lines = await profileProcess(
      patchbay.services.find((one) => one.service === service)?.pid as number,
      seconds,
    );
    await load;
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  const samples: Sample[] = [];
  for (let round = 1; round <= rounds && values.profile === undefined; round++) {
    for (const concurrency of levels) {
      for (const candidate of chosen) {
        const driver = drivers.get(candidate) as ChildProcess;
        const pids: Record<string, number> = {
          driver: driver.pid as number,
          upstream: upstream.pid as number,
          ...places[candidate].pids,
        };
        const before = cpuSeconds(pids);
        const result = await ask<DriverResult>(driver, { concurrency, seconds });
        // What is still being stored belongs to these calls: wait until the audit service has caught up, and count it.
        if (pids.audit !== undefined) await untilIdle(pids.audit);
        const after = cpuSeconds(pids);
        const cpu = Object.fromEntries(Object.entries(after).map(([role, used]) => [role, used - (before[role] ?? 0)]));
        samples.push({ ...result, candidate, concurrency, round, cpu });
      }
    }
    say(`round ${round} of ${rounds} done`);
  }
  if (values.profile === undefined) report(samples);
} finally {
  await bench.stop();
}
process.exit();

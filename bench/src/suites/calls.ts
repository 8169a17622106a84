import type { ChildProcess } from 'node:child_process';
import type { ServiceName } from '@patchbay/contracts';
import { ask, cpuSeconds, startModule, untilIdle } from '../processes.ts';
import { startBare } from '../start-bare.ts';
import { startBench } from '../start-bench.ts';
import { print, readOptions } from '../suite.ts';
import { type Candidate, candidates, type DriverResult } from '../work.ts';
import { judge, renderReport, type Sample, summarise } from './calls-report.ts';

const usage = `Usage: npm run bench -- [calls] [options]

Measures, in one run and interleaved: a direct undici call, a bare NATS request to a worker that calls undici, and a full
Patchbay execution of a read tool and of a write tool. Each process counts: drivers, services, servers and upstream.

  --rounds N        rounds per figure; medians are printed (default 5)
  --seconds S       seconds per candidate, concurrency and round (default 2)
  --concurrency L   comma list (default 1,16,64)
  --warmup S        seconds of load before counting (default 15)
  --only L          comma list of direct, bare, read, write
  --profile C       instead of measuring, say where the executor's time goes under candidate C (read or write), or
                    another service's with C=read:audit
  --json            print one JSON object
`;

const options = readOptions(usage, {
  rounds: 5,
  seconds: 2,
  concurrency: '1,16,64',
  warmup: 15,
  only: '',
  profile: '',
});
const { rounds, seconds, warmup, only, profile } = options;
const say = (line: string) => process.stderr.write(`${line}\n`);
const [profiledCandidate = '', profiledService = 'executor'] = profile.split(':');
const bench = await startBench(profile === '' ? {} : { profiled: profiledService as ServiceName });
const { children, patchbay, upstream, upstreamUrl } = bench;

function report(samples: readonly Sample[]): void {
  const measured = new Set(samples.map(({ candidate }) => candidate));
  const rows = summarise(samples).filter(({ candidate }) => measured.has(candidate));
  const goals = judge(rows);
  print(options, { node: process.version, rounds, seconds, rows, goals }, () => renderReport(rows, goals));
}

const bare = await startBare(bench);
try {
  const { facts } = patchbay;
  const chosen = only === '' ? candidates : candidates.filter((one) => only.split(',').includes(one) || one === 'bare');
  const services = bench.pids();
  const places: Record<Candidate, { args: string[]; pids: Record<string, number> }> = {
    direct: { args: [upstreamUrl], pids: {} },
    bare: { args: [bare.url], pids: bare.pids },
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
  const levels = options.concurrency.split(',').map(Number);
  say(
    `warming up, then ${rounds} rounds of ${chosen.length} candidates at ${levels.join(', ')}: about ${Math.round(warmup * chosen.length + rounds * chosen.length * levels.length * seconds)} s`,
  );
  for (const candidate of chosen)
    await ask(drivers.get(candidate) as ChildProcess, { concurrency: 32, seconds: warmup });

  if (profile !== '') {
    await ask(drivers.get(profiledCandidate as Candidate) as ChildProcess, {
      concurrency: levels.at(-1) as number,
      seconds,
    });
    const lines = await bench.endProfiled(seconds);
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  const samples: Sample[] = [];
  for (let round = 1; round <= rounds && profile === ''; round++) {
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
  if (profile === '') report(samples);
} finally {
  await bench.stop();
}
process.exit();

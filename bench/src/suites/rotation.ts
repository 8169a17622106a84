import { setTimeout as delay } from 'node:timers/promises';
import { seedFileOf } from '@patchbay/local-servers';
import type { LeaseDriverResult } from '../lease-driver.ts';
import { ask, cpuSeconds, startModule } from '../processes.ts';
import { startBench } from '../start-bench.ts';
import { number, print, readOptions, table } from '../suite.ts';
import { median } from './calls-report.ts';

const usage = `Usage: npm run bench -- rotation [options]

How fast a vault brings a tenant's credentials under a new key, while others lease them: the time of the passes over the
credentials, without the wait for writers that a rotation has at its end. And what those who lease notice of it: a lease that
fails ends the suite.

  --connections N   credentials of the tenant (default 1000)
  --rounds N        rotations; medians are printed (default 3)
  --concurrency N   leases under way at once beside it (default 4)
  --json            print one JSON object
`;

const options = readOptions(usage, { connections: 1_000, rounds: 3, concurrency: 4 });
const { connections: many, rounds, concurrency } = options;
/** Seconds of leases before a rotation, and those that it takes at least: its wait for writers. */
const aloneSeconds = 3;
const besideSeconds = 6;

interface Sample {
  readonly credentialsPerSecond: number;
  readonly seconds: number;
  readonly cpuMs: number;
  readonly alone: LeaseDriverResult;
  readonly beside: LeaseDriverResult;
}

const bench = await startBench();
const samples: Sample[] = [];
try {
  const { facts, keys, services } = bench.patchbay;
  const vault = services.find(({ service }) => service === 'vault')?.pid as number;
  const { child: driver } = await startModule('lease-driver.ts', [
    facts.nats_url,
    seedFileOf(keys, 'executor'),
    'executor',
  ]);
  bench.children.push(driver);
  await bench.asAdmin(async (admin) => {
    const leases: { tenant: string; connection: string }[] = [];
    while (leases.length < many) {
      const credential = { type: 'bearer', token: 'bench-credential' } as const;
      const { id } = await admin.addConnection({ integration: 'bench', credential });
      leases.push({ tenant: 'bench', connection: id });
    }
    for (let round = 1; round <= rounds; round++) {
      const alone = await ask<LeaseDriverResult>(driver, { leases, concurrency, seconds: aloneSeconds });
      const beside = ask<LeaseDriverResult>(driver, { leases, concurrency, seconds: besideSeconds });
      const before = cpuSeconds({ vault }).vault as number;
      const startedAt = performance.now();
      let job = await admin.vault.rotateTenantKey();
      let passedAt: number | null = null;
      let cpuMs = 0;
      while (job.state === 'running') {
        await delay(20);
        const [found] = await admin.vault.jobs({ tenant: 'bench' });
        if (found !== undefined && found.id === job.id) job = found;
        if (passedAt === null && (job.step === 'waits for writers' || job.state !== 'running')) {
          passedAt = performance.now();
          cpuMs = ((cpuSeconds({ vault }).vault as number) - before) * 1_000;
        }
      }
      if (job.state !== 'done') throw new Error(`the rotation ended as ${job.state}: ${job.error}`);
      const seconds = ((passedAt ?? performance.now()) - startedAt) / 1_000;
      // The connection that the bench itself has is one more.
      samples.push({ credentialsPerSecond: job.total / seconds, seconds, cpuMs, alone, beside: await beside });
      process.stderr.write(`round ${round} of ${rounds} done\n`);
    }
  });
} finally {
  await bench.stop();
}
print(options, { samples }, () => {
  const of = (pick: (sample: Sample) => number) => median(samples.map(pick));
  return table(
    ['', 'measured'],
    [
      ['credentials', number(many)],
      ['credentials/s', number(of((one) => one.credentialsPerSecond))],
      [
        'seconds',
        number(
          of((one) => one.seconds),
          2,
        ),
      ],
      [
        'lease p99 alone, ms',
        number(
          of(({ alone }) => alone.p99),
          2,
        ),
      ],
      [
        'lease p99 beside it, ms',
        number(
          of(({ beside }) => beside.p99),
          2,
        ),
      ],
      ['leases beside it', number(of(({ beside }) => beside.done))],
    ],
  );
});
process.exit();

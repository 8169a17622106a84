import type { ChildProcess } from 'node:child_process';
import { seedFileOf } from '@patchbay/local-servers';
import { adminOver } from '@patchbay/sdk';
import type { LeaseDriverResult, LeaseTask } from '../lease-driver.ts';
import { ask, cpuSeconds, startModule } from '../processes.ts';
import { startBench } from '../start-bench.ts';
import { number, print, readOptions, table } from '../suite.ts';
import { median } from './calls-report.ts';

const usage = `Usage: npm run bench -- leases [options]

How many credentials one vault lends: of one connection, which callers at the same moment share a decryption of; of many
connections of one tenant, each decrypted by itself under a tenant key that is held; and of many tenants whose keys are not
held, each unwrapped by the key service first (a local key: AWS KMS adds its own time). Each lease is sealed, audited and
opened. The floor is a question to the vault that does nothing. Leases a core is what the vault's processor time comes to.

  --seconds S       seconds per figure (default 5)
  --rounds N        rounds; medians are printed (default 3)
  --concurrency N   leases under way at once (default 32)
  --connections N   connections of one tenant, and tenants (default 300)
  --json            print one JSON object
`;

const options = readOptions(usage, { seconds: 5, rounds: 3, concurrency: 32, connections: 300 });
const { seconds, rounds, concurrency, connections: many } = options;

interface Sample extends LeaseDriverResult {
  readonly what: string;
  readonly round: number;
  /** Processor time of the vault. */
  readonly cpuSeconds: number;
}

const bench = await startBench();
const samples: Sample[] = [];
try {
  const { facts, keys, services } = bench.patchbay;
  const vault = services.find(({ service }) => service === 'vault')?.pid as number;
  const driverOf = async (identity: 'executor' | 'admin') => {
    const { child } = await startModule('lease-driver.ts', [facts.nats_url, seedFileOf(keys, identity), identity]);
    bench.children.push(child);
    return child;
  };
  const [executor, operator] = [await driverOf('executor'), await driverOf('admin')];
  const [own, tenants] = await bench.asAdmin(async ({ messaging }) => {
    const add = async (tenant: string) => {
      const credential = { type: 'bearer', token: 'bench-credential' } as const;
      const { id } = await adminOver(messaging, tenant).addConnection({ integration: 'bench', credential });
      return { tenant, connection: id };
    };
    const ofOne: { tenant: string; connection: string }[] = [];
    const ofMany: { tenant: string; connection: string }[] = [];
    for (let i = 0; i < many; i++) ofOne.push(await add('bench'));
    for (let i = 0; i < many; i++) ofMany.push(await add(`bench-${i}`));
    return [ofOne, ofMany] as const;
  });
  const measure = async (what: string, round: number, driver: ChildProcess, task: Omit<LeaseTask, 'concurrency'>) => {
    const before = cpuSeconds({ vault }).vault as number;
    const result = await ask<LeaseDriverResult>(driver, { ...task, concurrency });
    samples.push({ ...result, what, round, cpuSeconds: (cpuSeconds({ vault }).vault as number) - before });
  };
  await ask(executor, { leases: own, concurrency, seconds: 3 });
  for (let round = 1; round <= rounds; round++) {
    await measure('floor: a question that does nothing', round, operator, { leases: 'floor', seconds });
    await measure('one connection', round, executor, { leases: own.slice(0, 1), seconds });
    await measure('many connections of one tenant', round, executor, { leases: own, seconds });
    process.stderr.write(`round ${round} of ${rounds} done\n`);
  }
  // Once only: afterwards the keys are held.
  await measure('many tenants, keys not held', 1, executor, { leases: tenants, seconds: 0.5 });
} finally {
  await bench.stop();
}
print(options, { samples }, () =>
  table(
    ['leases of', 'leases/s', 'p50 ms', 'p99 ms', 'vault CPU ms / 1,000', 'leases a core and second'],
    [...new Set(samples.map(({ what }) => what))].map((what) => {
      const of = (pick: (sample: Sample) => number) => median(samples.filter((one) => one.what === what).map(pick));
      return [
        what,
        number(of(({ done, seconds: took }) => done / took)),
        number(
          of(({ p50 }) => p50),
          2,
        ),
        number(
          of(({ p99 }) => p99),
          2,
        ),
        number(of(({ done, cpuSeconds: cpu }) => (cpu * 1_000_000) / done)),
        number(of(({ done, cpuSeconds: cpu }) => done / cpu)),
      ];
    }),
  ),
);
process.exit();

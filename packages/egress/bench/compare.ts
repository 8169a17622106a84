import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Rounds of undici's own `pool.request` against egress, interleaved, each in its own process: `npm run bench [rounds] [seconds]`. */
interface Result {
  readonly candidate: string;
  readonly perSecond: number;
  readonly p50: number;
  readonly cpuPerThousand: number;
}

const [rounds = '5', seconds = '4'] = process.argv.slice(2);
const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const upstream = spawn(process.execPath, [script('upstream.ts')], { stdio: ['ignore', 'pipe', 'inherit'] });
const [line] = (await once(upstream.stdout, 'data')) as [Buffer];
const port = line.toString().trim();

function run(candidate: string, concurrency: string): Result {
  const output = execFileSync(process.execPath, [script('driver.ts'), candidate, port, concurrency, seconds]);
  return JSON.parse(output.toString()) as Result;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

try {
  for (const concurrency of ['1', '64']) {
    const plain: Result[] = [];
    const guarded: Result[] = [];
    for (let round = 0; round < Number(rounds); round += 1) {
      plain.push(run('undici', concurrency));
      guarded.push(run('egress', concurrency));
    }
    const report = (label: string, of: (result: Result) => number): void => {
      const ratio = median(plain.map((result, round) => of(guarded[round] ?? result) / of(result)));
      process.stdout.write(
        `${label.padEnd(24)} undici ${median(plain.map(of))}  egress ${median(guarded.map(of))}  ratio ${ratio.toFixed(2)}\n`,
      );
    };
    process.stdout.write(`concurrency ${concurrency}, medians of ${rounds} rounds\n`);
    report('calls/s', (result) => result.perSecond);
    report('p50 ms', (result) => result.p50);
    report('CPU s per 1,000 calls', (result) => result.cpuPerThousand);
  }
} finally {
  upstream.kill();
}

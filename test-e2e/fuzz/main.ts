import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzzRequest } from './fuzz-request.ts';
import { type FuzzFailure, runFuzz } from './run-fuzz.ts';
import { startFuzzStage } from './stage.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '50000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    first: { type: 'string', default: '0' },
    concurrency: { type: 'string', default: '16' },
    'one-process': { type: 'boolean', default: false },
    print: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const usage = `npm run fuzz -- [options]
Requests made up from the gateway's own OpenAPI document, good and spoilt, sent to a whole Patchbay that is started for it.

  --requests N      how many (50000)
  --seed N          what they are made of; the same seed makes the same requests
  --first N         number of the first one (0): --seed S --first N --requests 1 sends one of a run again
  --concurrency N   at once (16)
  --one-process     services in this process instead of processes of their own
  --print           only print the requests
  --json            the report as one line of JSON

Ends with 1 when an answer was a 5xx that is not overload or an upstream's, when there was none, or when a tenant was told another's data.
`;

async function main(): Promise<number> {
  const seed = Number(values.seed);
  const dir = mkdtempSync(join(tmpdir(), 'patchbay-fuzz-'));
  const stage = await startFuzzStage(dir, { shape: values['one-process'] ? 'one_process' : 'processes' });
  let printed = 0;
  const run = {
    ...stage,
    seed,
    first: Number(values.first),
    requests: Number(values.requests),
    concurrency: Number(values.concurrency),
    hangMs: 60_000,
  };
  const startedAt = performance.now();
  try {
    if (values.print) {
      for (let i = 0; i < run.requests; i++)
        process.stdout.write(`${JSON.stringify(fuzzRequest(run, run.first + i))}\n`);
      return 0;
    }
    const report = await runFuzz({
      ...run,
      onProgress(done, failures) {
        if (done % 1_000 !== 0) return;
        const rate = Math.round(done / ((performance.now() - startedAt) / 1_000));
        process.stderr.write(`${done} of ${run.requests}, ${rate}/s, ${failures} failed\n`);
      },
      onFailure(failure) {
        if (printed++ < 200) process.stderr.write(describe(failure, seed));
      },
    });
    const failed = Object.values(report.failures).reduce((sum, count) => sum + count, 0);
    process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${JSON.stringify(report, null, 2)}\n`);
    process.stderr.write(failed === 0 ? 'Nothing failed.\n' : `${failed} failed.\n`);
    return failed === 0 ? 0 : 1;
  } finally {
    await stage.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Enough to send it again: its number, and the whole of it without the key. */
function describe({ what, request, answer }: FuzzFailure, seed: number): string {
  const { headers, ...rest } = request;
  const shown = {
    ...rest,
    headers: headers.filter(([name]) => name !== 'authorization'),
    wild: request.wild?.replace(/^(authorization: ).*$/im, '$1…').slice(0, 2_000),
    body: request.body?.slice(0, 2_000),
  };
  const came = answer.kind === 'answer' ? `${answer.status} ${answer.body.slice(0, 600)}` : JSON.stringify(answer);
  return `FAILED ${what}\n  again: npm run fuzz -- --seed ${seed} --first ${request.index} --requests 1\n  ${JSON.stringify(shown)}\n  answer: ${came}\n`;
}

if (values.help) process.stdout.write(usage);
else process.exitCode = await main();

import { cpSync, mkdtempSync, readdirSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFaultConfig } from '../config.ts';
import { startTimeoutMs } from '../fault-system.ts';
import { measured } from '../measure.ts';
import { faultKinds } from './fault-kinds.ts';
import { reportOf, violationsOf, writeReport } from './report.ts';
import { type KindVerdict, runMatrix } from './run-matrix.ts';
import { type Stage, startStage } from './stage.ts';

const { matrix: asked, matrixReportFile } = readFaultConfig();
// Three servers, ten processes and a minute: for `npm run faults`, not for every `npm test`.
const { seed, seconds } = asked ?? { seed: 0, seconds: 0 };
const say = (line: string) => void process.stdout.write(`matrix: ${line}\n`);
let stage: Stage;
let passed = false;
beforeAll(async () => {
  if (asked === null) return;
  say(`seed ${seed}, ${seconds} s (npm run faults -- matrix --seed ${seed} --seconds ${seconds} repeats the faults)`);
  stage = await startStage(seed);
}, 2 * startTimeoutMs);
afterAll(async () => {
  if (stage !== undefined && !passed) keepLogs();
  await stage?.stop();
}, 120_000);

/** What a run that failed leaves behind goes with its state otherwise. */
function keepLogs(): void {
  const directory = mkdtempSync(join(tmpdir(), `patchbay-matrix-${seed}-`));
  cpSync(stage.system.patchbay.state.logs, directory, { recursive: true });
  for (let node = 0; node < stage.nodes.size; node++)
    for (const file of readdirSync(stage.nodes.directoryOf(node)).filter((name) => name.includes('.log')))
      cpSync(join(stage.nodes.directoryOf(node), file), join(directory, `nats-n${node + 1}-${file}`));
  say(`the logs of every process are in ${directory}`);
}

// Once: a second run would find what the first left behind.
const terms = { retry: 0, timeout: 420_000 + seconds * 1_500 };

test.runIf(asked !== null)(
  'faults of every kind on three NATS servers: no effect is lost or done twice, and the audit log knows of each',
  terms,
  async () => {
    const facts = { seed, seconds, startedAt: new Date(), loadBefore: loadavg()[0] as number };
    const result = await runMatrix(stage, { seed, seconds, faults: faultKinds, onProgress: say });
    const report = reportOf(result, facts);
    if (matrixReportFile !== null) writeReport(matrixReportFile, report);

    const skipped = result.faults.filter((fault) => fault.skipped !== null);
    for (const { name, skipped: why } of skipped) say(`${name} was not done: ${why}`);
    for (const kind of result.kinds) say(inOneLine(kind));
    const total = (of: (kind: KindVerdict) => number) => result.kinds.reduce((sum, kind) => sum + of(kind), 0);
    const count = (what: string, value: number, bound: number | null = 0) =>
      measured({ row: 'matrix', what, unit: 'calls', value, bound });
    measured({
      row: 'matrix',
      what: `faults in ${seconds} s`,
      unit: 'faults',
      value: result.faults.length - skipped.length,
      bound: null,
    });
    count(
      'calls',
      total(({ calls }) => calls),
      null,
    );
    count(
      'effects at the upstream',
      total(({ effects }) => effects),
      null,
    );
    count(
      'lost effects',
      total(({ history }) => history.lost.length),
    );
    count(
      'effects that should not be',
      total(({ history }) => history.unexpected.length),
    );
    count(
      'second effects',
      total(({ history }) => history.duplicates.length),
    );
    count(
      'answers that contradict each other',
      total(({ history }) => history.contradictions.length),
    );
    count(
      'unknown to the caller in the end, each listed',
      total(({ history }) => history.unknown.length),
      null,
    );
    count(
      'requests without an intent on record',
      total(({ audit }) => audit.unaudited.length),
    );
    count(
      'intents without an end on record',
      total(({ audit }) => audit.orphans.length),
    );
    count(
      'executions with a record twice',
      total(({ audit }) => audit.doubled.length),
    );
    count(
      'successes without an outcome on record',
      total(({ audit }) => audit.untold.length),
    );
    count(
      'executions declared unknown',
      total(({ audit }) => audit.declared),
      null,
    );
    count('submissions that wait for their next try', result.submissions.waiting.length, null);
    count('submissions accepted and lost', result.submissions.lost);
    measured({
      row: 'matrix',
      what: 'processes that ended by themselves',
      unit: 'processes',
      value: result.ended.length,
      bound: 0,
    });
    measured({
      row: 'matrix',
      what: 'healed: until calls of every kind succeed',
      unit: 'ms',
      value: result.recovered_ms,
      bound: 10_000,
    });

    expect(violationsOf(result)).toEqual([]);
    // Or the run shows nothing.
    expect(result.faults.length - skipped.length).toBeGreaterThan(0);
    for (const kind of result.kinds) expect(kind.ok).toBeGreaterThan(0);
    passed = true;
  },
);

function inOneLine({ name, calls, ok, fail, history, effects, audit, answers, latest_ms }: KindVerdict): string {
  const counts = `${calls} calls: ${ok} ok, ${fail} failed, ${history.unknown.length} unknown; ${effects} effects`;
  return `${name}: ${counts}; ${audit.declared} of ${audit.executions} executions declared unknown; latest ${latest_ms} ms; ${JSON.stringify(answers)}`;
}

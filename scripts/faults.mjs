#!/usr/bin/env node
// `npm run faults`: runs the fault tests at full length under the pinned runtime, one file after the other so that they
// do not disturb each other's times, and prints what was measured against its bounds.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrapOrExit, compileCache, root } from './bootstrap.mjs';

const usage = `Usage: npm run faults -- [options] [file …]

Breaks things on purpose (executors killed and stopped, Redis, NATS, upstreams and clocks failing) and measures what
Patchbay promises for it. docs/reliability.md explains the rows. A file is a part of a test file's name, such as upstream; matrix
throws everything at three NATS servers under calls of every kind.

  --seconds N   length of the runs under random faults (default 60)
  --seed N      what fails when; a run that failed prints its own (default: random)
  --json        print one JSON object: seed, passed, measurements
  --report FILE what the matrix did to whom, and what became of each way of calling, as JSON
  --help        this text
`;

let values;
let positionals;
try {
  ({ values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
      json: { type: 'boolean', default: false },
      report: { type: 'string' },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  }));
} catch (error) {
  fail(error.message);
}
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const seconds = whole('seconds', 1, 86_400);
const seed = whole('seed', 0, 2 ** 31);

const { node } = await bootstrapOrExit();
const dir = mkdtempSync(join(tmpdir(), 'patchbay-faults-'));
const report = join(dir, 'measurements.jsonl');
const files =
  positionals.length === 0 ? ['test-e2e/src/faults'] : positionals.map((name) => `test-e2e/src/faults/${name}`);
const { status } = spawnSync(
  node.path,
  [join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--no-file-parallelism', ...files],
  {
    cwd: root,
    // With --json, standard output is for the one object.
    stdio: ['ignore', values.json ? 2 : 'inherit', 'inherit'],
    env: {
      ...compileCache,
      ...process.env,
      PATCHBAY_FAULT_SECONDS: String(seconds),
      PATCHBAY_FAULT_SEED: String(seed),
      PATCHBAY_FAULT_REPORT: report,
      ...(values.report !== undefined && { PATCHBAY_FAULT_MATRIX_REPORT: resolve(values.report) }),
      ...(!process.stdout.isTTY && { NO_COLOR: '1' }),
    },
  },
);
const measurements = existsSync(report)
  ? readFileSync(report, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  : [];
rmSync(dir, { recursive: true, force: true });
measurements.sort((a, b) => a.row.localeCompare(b.row, 'en', { numeric: true }));
const passed = status === 0;
process.stdout.write(values.json ? `${JSON.stringify({ seed, seconds, passed, measurements })}\n` : table());
process.exitCode = status ?? 1;

function table() {
  const lines = measurements.map(
    ({ row, what, value, unit, bound }) =>
      `| ${row} | ${what} | ${value} ${unit} | ${bound === null ? '' : `≤ ${bound} ${unit}`} | ${bound === null ? '' : value <= bound ? 'yes' : 'NO'} |`,
  );
  return `\n| row | what | measured | bound | held |\n|---|---|---|---|---|\n${lines.join('\n')}\n\nseed ${seed}, ${seconds} s, ${verdict()}\n`;
}

function whole(name, least, most) {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < least || value > most)
    fail(`--${name} takes a whole number from ${least} to ${most}, not '${values[name]}'.`);
  return value;
}

function fail(message) {
  process.stderr.write(`${message}\n\n${usage}`);
  process.exit(2);
}

/** A bound that a noisy machine may miss is asserted less tightly than it is stated, so the tests may pass all the same. */
function verdict() {
  const missed = measurements.filter(({ value, bound }) => bound !== null && value > bound).length;
  const bounds = missed === 0 ? 'every bound held' : `${missed} bounds NOT held`;
  return `${passed ? 'every test passed' : 'NOT every test passed'}, ${bounds}`;
}

#!/usr/bin/env node
// `npm run e2e`: runs the black-box tests by themselves: against processes, as `npm test` does among others, or against the
// containers of Docker Compose, which `npm test` leaves out.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrapOrExit, root } from './bootstrap.mjs';

const usage = `Usage: npm run e2e -- [options] [file …]

Runs the tests that see Patchbay from outside. A file is a part of a test file's name, such as plans.

  --compose     against containers: one machine, and a cluster whose parts are restarted and killed under load. Needs Docker with
                Compose v2; takes half an hour
  --no-build    with --compose: take the image that is there instead of building it
  --json        print one JSON object: passed, measurements
  --help        this text

The image is $PATCHBAY_IMAGE, else patchbay:local. PATCHBAY_BUILD_NETWORK=host builds it in the machine's own network.
`;

let values;
let positionals;
try {
  ({ values, positionals } = parseArgs({
    allowPositionals: true,
    allowNegative: true,
    options: {
      compose: { type: 'boolean', default: false },
      build: { type: 'boolean', default: true },
      json: { type: 'boolean', default: false },
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

const { node } = await bootstrapOrExit();
if (values.compose) readyDocker();
const dir = mkdtempSync(join(tmpdir(), 'patchbay-e2e-report-'));
const report = join(dir, 'measurements.jsonl');
const place = values.compose ? 'test-e2e/src/compose' : 'test-e2e/src';
const files = positionals.length === 0 ? [place] : positionals.map((name) => `${place}/${name}`);
const { status } = spawnSync(
  node.path,
  [join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--no-file-parallelism', ...files],
  {
    cwd: root,
    // With --json, standard output is for the one object.
    stdio: ['ignore', values.json ? 2 : 'inherit', 'inherit'],
    env: {
      ...process.env,
      PATCHBAY_FAULT_REPORT: report,
      ...(values.compose && { PATCHBAY_E2E_COMPOSE: '1' }),
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
if (values.json) process.stdout.write(`${JSON.stringify({ passed: status === 0, measurements })}\n`);
else
  for (const { row, what, value, unit, bound } of measurements)
    process.stdout.write(`${row}: ${what}: ${value} ${unit}${bound === null ? '' : ` (at most ${bound})`}\n`);
process.exitCode = status ?? 1;

/** Docker answers, and the image is there. */
function readyDocker() {
  if (spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status !== 0)
    fail('Docker with Compose v2 does not answer. Install it, or start its daemon.');
  if (!values.build) return;
  const { image, network } = imageOf(process.env);
  const args = ['build', '--network', network, '-f', 'deploy/images/Dockerfile', '-t', image, '.'];
  const stdio = ['ignore', values.json ? 2 : 'inherit', 'inherit'];
  const built = spawnSync('docker', args, { cwd: root, stdio, env: { ...process.env, DOCKER_BUILDKIT: '1' } });
  if (built.status !== 0) fail('The image could not be built: see above.');
}

function imageOf({ PATCHBAY_IMAGE: image = 'patchbay:local', PATCHBAY_BUILD_NETWORK: network = 'default' }) {
  return { image, network };
}

function fail(message) {
  process.stderr.write(`${message}\n\n${usage}`);
  process.exit(2);
}

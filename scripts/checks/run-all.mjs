// Runs every check, one after another, and prints all findings; started by scripts/check.mjs under the pinned Node.js.
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { root } from '../bootstrap.mjs';
import { run } from '../bootstrap-steps/run.mjs';
import { openRepository } from './repository.mjs';

const bin = join(root, 'node_modules', '.bin');
const systemPath = process.env.PATH.split(delimiter).filter((directory) => directory !== bin);
/** Under the pinned Node.js. */
const pinned = { ...process.env, PATH: [bin, ...systemPath].join(delimiter), NO_COLOR: '1', FORCE_COLOR: '0' };

const tools = [
  {
    name: 'format and lint',
    program: join(bin, 'biome'),
    args: ['ci', '--colors=off', '--max-diagnostics=200', '.'],
    env: pinned,
  },
  // In one program, which reads what all of them lean on once; `npm run typecheck` goes package by package and remembers.
  { name: 'types', program: join(bin, 'tsc'), args: ['--pretty', 'false'], env: pinned },
  {
    name: 'types of the console',
    program: join(bin, 'tsc'),
    args: ['--pretty', 'false', '-p', 'packages/console'],
    env: pinned,
  },
  { name: 'unused code', program: join(bin, 'knip'), args: ['--no-progress', '--no-config-hints'], env: pinned },
  {
    name: 'checksum kinds',
    program: join(bin, 'lockfile-lint'),
    args: ['--path', 'package-lock.json', '--type', 'npm', '--validate-integrity'],
    env: pinned,
  },
];
const ownChecks = [
  'import-boundaries',
  'environment-reads',
  'file-names',
  'file-size',
  'links',
  'docs-commands',
  'docs-requests',
  'docs-variables',
  'docs-snippets',
  'lock-file',
];

const asJson = process.argv.includes('--json');
const repository = openRepository(root);
const results = [];
for (const tool of tools) await report(tool.name, () => runTool(tool));
for (const file of ownChecks) {
  const check = await import(`./${file}.mjs`);
  await report(check.name, async () => check.findings(repository));
}
const failed = results.filter((result) => !result.ok).length;
const summary = { checks: results, passed: results.length - failed, failed };
const summaryFile = join(root, 'node_modules', '.cache', 'patchbay', 'checks.json');
mkdirSync(dirname(summaryFile), { recursive: true });
writeFileSync(summaryFile, JSON.stringify(summary));
if (asJson) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
else
  process.stdout.write(
    `\n${results.map(({ name, ok }) => `${ok ? 'ok    ' : 'FAILED'}  ${name}`).join('\n')}\n\nchecks: ${summary.passed} passed, ${failed} failed\n`,
  );
process.exitCode = failed === 0 ? 0 : 1;

/** Runs one check; a check that throws is a finding of its own, and the others go on. */
async function report(name, check) {
  const start = performance.now();
  let findings;
  try {
    findings = await check();
  } catch (error) {
    findings = [`the check itself failed: ${error.stack}`];
  }
  const result = { name, ok: findings.length === 0, duration_ms: Math.round(performance.now() - start), findings };
  results.push(result);
  if (asJson) return;
  process.stdout.write(`${result.ok ? 'ok    ' : 'FAILED'}  ${name} (${result.duration_ms} ms)\n`);
  for (const finding of findings) process.stdout.write(`${finding}\n`);
}

async function runTool({ program, args, env }) {
  const { status, output } = await run(process.execPath, [program, ...args], { cwd: root, env });
  return status === 0 ? [] : [output.trim()];
}

// `npm test [-- [--long] <filter or vitest option> …]`: gets what is needed, then runs the tests under the pinned Node.js; with
// --long the fault tests that take minutes, which are left out otherwise unless a filter names them. The
// whole run leaves its results where `.ci/run` counts them. With --coverage, as `npm run coverage` is, it is held to the limits of
// vitest.config.ts and takes a quarter longer.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { bootstrapOrExit, compileCache, root } from './bootstrap.mjs';
import { provideBrowserLibraries } from './bootstrap-steps/browser-libraries.mjs';
import { provideConsole } from './bootstrap-steps/console.mjs';
import { provideVendorSpecs } from './bootstrap-steps/vendor-specs.mjs';

const { node } = await bootstrapOrExit();
const lacking = await provideVendorSpecs(root, node);
if (lacking !== null) {
  process.stderr.write(`${lacking}\n`);
  // What CI says passed must have been tried; a machine without a network can still run the rest.
  if (process.env.CI) process.exit(1);
  process.stderr.write('Tests that need specifications are skipped.\n');
}
const progress = (line) => process.stderr.write(`${line}\n`);
for (const provide of [() => provideConsole(root, node, progress), () => provideBrowserLibraries(root, progress)]) {
  const problem = await provide();
  if (problem === null) continue;
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
const long = process.argv.includes('--long');
const given = process.argv.slice(2).filter((argument) => argument !== '--long');
const results = join(root, 'node_modules', '.cache', 'patchbay', long ? 'long-tests.json' : 'tests.json');
rmSync(results, { force: true });
const whole = given.every((argument) => argument.startsWith('-'));
const options = whole
  ? [`--project=${long ? 'long' : '!long'}`, '--reporter=default', '--reporter=json', `--outputFile.json=${results}`]
  : [];
const { status } = spawnSync(node.path, [join('node_modules', 'vitest', 'vitest.mjs'), 'run', ...options, ...given], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: {
    ...compileCache,
    ...process.env,
    PATH: `${dirname(node.path)}${delimiter}${process.env.PATH}`,
    // Colours are for terminals; a log keeps plain text.
    ...(!process.stdout.isTTY && { NO_COLOR: '1' }),
  },
});
process.exitCode = status ?? 1;

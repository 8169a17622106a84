// `npm run console:screenshots`: builds the console and takes a screenshot of each page into docs/console.
import { spawnSync } from 'node:child_process';
import { bootstrapOrExit, root } from './bootstrap.mjs';
import { provideConsole } from './bootstrap-steps/console.mjs';

const { node } = await bootstrapOrExit();
const problem = await provideConsole(root, node);
if (problem !== null) throw new Error(problem);
const script = 'test-e2e/src/console/take-screenshots.ts';
const { status } = spawnSync(node.path, [script, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;

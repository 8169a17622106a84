// `npm run check [-- --json]`: gets what is needed, then runs every check under the pinned Node.js.
import { spawnSync } from 'node:child_process';
import { bootstrapOrExit, root } from './bootstrap.mjs';

const { node } = await bootstrapOrExit();
const { status } = spawnSync(node.path, ['scripts/checks/run-all.mjs', ...process.argv.slice(2)], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
});
process.exitCode = status ?? 1;

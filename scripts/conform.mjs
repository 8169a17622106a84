#!/usr/bin/env node
// `npm run conform`: sets up what is missing, then holds the catalogue against the vendors' API descriptions under the
// pinned runtime.
import { spawnSync } from 'node:child_process';
import { bootstrapOrExit } from './bootstrap.mjs';

const { node } = await bootstrapOrExit();
const { status } = spawnSync(node.path, ['packages/conformance/src/main.ts', ...process.argv.slice(2)], {
  cwd: new URL('..', import.meta.url),
  stdio: 'inherit',
});
process.exitCode = status ?? 1;

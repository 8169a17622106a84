#!/usr/bin/env node
// `npm run fuzz`: sets up what is missing, then sends made-up requests to a gateway under the pinned runtime.
import { spawnSync } from 'node:child_process';
import { bootstrapOrExit } from './bootstrap.mjs';

const { node } = await bootstrapOrExit();
const { status } = spawnSync(node.path, ['test-e2e/fuzz/main.ts', ...process.argv.slice(2)], {
  cwd: new URL('..', import.meta.url),
  stdio: 'inherit',
});
process.exitCode = status ?? 1;

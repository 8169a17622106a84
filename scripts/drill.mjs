#!/usr/bin/env node
// `npm run drill -- restore --json`: rehearses a runbook under the pinned runtime. See docs/runbooks.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { bootstrapOrExit, root } from './bootstrap.mjs';

const { node } = await bootstrapOrExit();
const { status } = spawnSync(node.path, [join(root, 'test-e2e/src/drills/main.ts'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;

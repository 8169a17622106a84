#!/usr/bin/env node
// `npm start`: sets up what is missing, then hands over to the launcher under the pinned runtime.
import { spawn } from 'node:child_process';
import { bootstrapOrExit, compileCache, root } from './bootstrap.mjs';
import { provideConsole } from './bootstrap-steps/console.mjs';

const { node } = await bootstrapOrExit();
// Everything but the console works without it.
const unbuilt = await provideConsole(root, node, (line) => process.stderr.write(`${line}\n`));
if (unbuilt !== null) process.stderr.write(`warning: ${unbuilt}\n`);
const child = spawn(node.path, ['launcher/src/main.ts', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...compileCache, ...process.env },
});
// A terminal signals the whole group, a supervisor only this process: pass it on, the launcher takes a pair for one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 130);
});

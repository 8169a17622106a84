#!/usr/bin/env node
// Plain JavaScript that Node.js 20 runs. The program itself is TypeScript and needs the checkout's pinned runtime.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const pinned = join(root, 'node_modules', '.bin', 'node');

if (Number(process.versions.node.split('.')[0]) >= 24) await start();
else if (existsSync(pinned)) handOver();
else
  giveUp(
    `Node.js ${process.versions.node} cannot run the patchbay command, and the runtime that Patchbay brings is not installed.`,
  );

async function start() {
  // Where the launcher's processes keep it too; a command starts in half the time.
  const { enableCompileCache } = await import('node:module');
  enableCompileCache(join(root, 'node_modules', '.cache', 'compiled'));
  let main;
  try {
    ({ main } = await import('../src/main.ts'));
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return giveUp('The packages that the patchbay command needs are not installed.');
  }
  process.exitCode = await main();
}

/** The same command line under the pinned runtime. A terminal signals both processes; the child takes a pair for one. */
function handOver() {
  const child = spawn(pinned, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => giveUp(`${pinned} cannot be run (${error.code}).`));
  child.on('exit', (code) => {
    process.exitCode = code ?? 130;
  });
}

function giveUp(problem) {
  process.stderr.write(
    `${problem}\nRun 'npm start' in ${root}: it installs everything and starts Patchbay. 'npm install' there installs the packages alone.\n`,
  );
  process.exitCode = 1;
}

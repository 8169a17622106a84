import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { url as inspectorUrl } from 'node:inspector';
import type { Runtime } from './config.ts';

/** Options of Node.js that write memory to a file, or lend it to a debugger, without any code of ours. */
const revealing = /^--(?:inspect|heapsnapshot[-_]|tls[-_]keylog|trace[-_]tls)[^=]*/;
/** Milliseconds that the system's own tool may take. */
const toolMs = 5_000;

/**
 * Keeps what this process holds in memory from leaving it other than through its code: no core file, no debugger, heap
 * snapshot or diagnostic report on a signal. Children inherit what concerns core files.
 * @returns what is open still, each a sentence for whoever starts the process; without values of variables.
 */
export function forbidDumps(runtime: Runtime): string[] {
  // A signal that has a listener does not start the debugger.
  process.on('SIGUSR1', () => {});
  // Reports name files, addresses and the environment.
  Object.assign(process.report ?? {}, {
    reportOnSignal: false,
    reportOnFatalError: false,
    reportOnUncaughtException: false,
  });
  const options = [...process.execArgv, ...runtime.nodeOptions].flatMap((option) => revealing.exec(option)?.[0] ?? []);
  return [
    ...openCores(),
    ...[...new Set(options)].map((option) => `Node.js runs with ${option}, which reveals memory: leave it out.`),
    ...(inspectorUrl() === undefined ? [] : ['A debugger can attach: start without one.']),
    ...(runtime.nodeDebug ? ['NODE_DEBUG prints what is sent, credentials included: unset it.'] : []),
  ];
}

/** Two locks, because each has a gap: a limit of 0 does not hold where the kernel pipes cores to a program. */
function openCores(): string[] {
  if (process.platform !== 'linux')
    return [`Core files cannot be ruled out on ${process.platform}: run under 'ulimit -c 0'.`];
  return [
    ...(holdsNoMemory() ? [] : ['Core files hold memory: /proc/self/coredump_filter cannot be written.']),
    ...limited(),
  ];
}

/** Takes every mapping of memory out of core files (core(5)). */
function holdsNoMemory(): boolean {
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
    return true;
  } catch (error) {
    // A kernel that makes no core files has no such file.
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** Registers would be in a core file all the same, and hold parts of keys. Node.js has no call for the limit. */
function limited(): string[] {
  if (coreLimit() !== '0 0') {
    try {
      execFileSync('prlimit', ['--pid', String(process.pid), '--core=0:0'], { stdio: 'ignore', timeout: toolMs });
    } catch {
      // Looked at below.
    }
  }
  const [soft] = coreLimit().split(' ');
  return soft === '0'
    ? []
    : ["Core files are allowed: set LimitCORE=0 (systemd), --ulimit core=0 (containers) or 'ulimit -c 0'."];
}

/** `<soft> <hard>`, in bytes or `unlimited`. */
function coreLimit(): string {
  const found = /^Max core file size\s+(\S+)\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  return `${found?.[1]} ${found?.[2]}`;
}

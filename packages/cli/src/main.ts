import { readEnvironment } from './config.ts';
import { run } from './run.ts';

/** The process: its command line, its streams, its signals. Returns the exit code. */
export async function main(): Promise<number> {
  const interrupt = new AbortController();
  let first = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A terminal and a parent both send it: a pair at once is one. Later ones mean that stopping takes too long.
      if (first === 0) first = performance.now();
      else if (performance.now() - first > 500) process.exit(130);
      interrupt.abort();
    });
  }
  // A reader such as `head` that has enough is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return run(process.argv.slice(2), {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: readEnvironment(),
    cwd: process.cwd(),
    interrupt: interrupt.signal,
  });
}

import { writeSync } from 'node:fs';
import { pino } from 'pino';

/** Bytes of lines that wait for a disk that takes none. Further ones are dropped. */
const mostWaitingBytes = 1_048_576;
/** The descriptor of standard output. */
const standardOutput = 1;

/**
 * Where a logger's lines go: a file, or standard output for null. A disk that takes nothing ends no service, which has calls to answer and an
 * audit log of its own: the first MiB of lines wait, and go out with the first line that the disk takes.
 * `onRecovered` is then told how many were dropped.
 */
export function openLogDestination(logFile: string | null, onRecovered: (dropped: number) => void) {
  // Synchronous, so that the last lines before an end are not lost.
  const destination = pino.destination({
    dest: logFile ?? standardOutput,
    ...(logFile !== null && { mkdir: true, mode: 0o600 }),
    sync: true,
    maxLength: mostWaitingBytes,
  });
  let failing = false;
  let dropped = 0;
  destination.on('error', (error) => {
    if (!failing) tellOnStandardError(error);
    failing = true;
  });
  destination.on('drop', () => {
    dropped++;
  });
  destination.on('write', () => {
    if (!failing) return;
    const missing = dropped;
    failing = false;
    dropped = 0;
    // The destination is in the middle of its write.
    setImmediate(() => onRecovered(missing));
  });
  return destination;
}

/** It may be on the same disk. */
function tellOnStandardError(error: Error): void {
  try {
    writeSync(2, `Log lines cannot be written and wait: ${error.message}\n`);
  } catch {
    // Nobody can be told.
  }
}

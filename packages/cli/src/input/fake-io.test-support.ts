import { Readable } from 'node:stream';
import type { CliIo } from '../terminal.ts';

/** A process without a terminal, with `input` piped in. `out` is what it wrote. */
export function fakeIo({ input = '', cwd = '/' } = {}): CliIo & { out(): string } {
  const written: Buffer[] = [];
  return {
    stdin: Readable.from([input]),
    stdout: { write: (result) => written.push(Buffer.from(result)) },
    stderr: { write: () => {} },
    env: {},
    cwd,
    interrupt: new AbortController().signal,
    out: () => Buffer.concat(written).toString(),
  };
}

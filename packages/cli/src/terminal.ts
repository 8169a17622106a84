import type { Readable } from 'node:stream';
import type { Environment } from './config.ts';

/** Where text goes. */
export interface TextSink {
  /** False when it holds more than it likes; `drain` says when that is gone. */
  write(text: string): unknown;
  once?(event: 'drain', listener: () => void): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** Where a result goes: text, or bytes that must stay as they are. */
export interface ResultSink extends TextSink {
  write(result: string | Uint8Array): unknown;
}

/** Everything the program touches of its process, so that a test can be the process. */
export interface CliIo {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  readonly stdout: ResultSink;
  readonly stderr: TextSink;
  readonly env: Environment;
  readonly cwd: string;
  /** Fires at Ctrl-C. */
  readonly interrupt: AbortSignal;
}

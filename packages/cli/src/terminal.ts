import type { Readable } from 'node:stream';
import type { Environment } from './config.ts';

/** Where text goes. */
export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** Everything the program touches of its process, so that a test can be the process. */
export interface CliIo {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly env: Environment;
  readonly cwd: string;
  /** Fires at Ctrl-C. */
  readonly interrupt: AbortSignal;
}

import type { GlobalOptions } from '../config.ts';

export const ways = ['nats', 'rest', 'mcp', 'webhooks'] as const;
export type Way = (typeof ways)[number];

/** What `patchbay load` takes. Times in seconds, but for the deadline. */
export interface LoadCommandOptions extends GlobalOptions {
  readonly over: Way;
  readonly rate?: number;
  readonly concurrency?: number;
  readonly duration: number;
  readonly calls: number;
  readonly warmup: number;
  readonly args?: string;
  readonly mix?: string;
  readonly keys: 'none' | 'new' | number;
  /** Milliseconds. */
  readonly deadline: number;
  readonly gateway?: string;
  readonly apiKeyFile?: string;
  readonly source?: string;
  readonly secretFile?: string;
  readonly scheme: string;
  readonly target?: readonly string[];
  readonly realUpstreams?: boolean;
  readonly report?: string;
  readonly expectSuccess?: number;
  readonly expectP99?: number;
}

import { AsyncLocalStorage } from 'node:async_hooks';
import type { EgressFailure, EgressResponse } from '@patchbay/egress';

/** What one message to a server may take, and what came of it: the client library tells neither. */
export class ExchangeScope {
  /** `performance.now()` milliseconds. */
  readonly deadlineAt: number;
  readonly maxResponseBytes: number;
  /** Headers of this message alone. */
  readonly headers: Readonly<Record<string, string>>;
  /** Frees the socket. */
  readonly abort = new AbortController();
  /** Whether a byte of the message may have left. */
  sent = false;
  failure: EgressFailure | null = null;
  /** An answer that is not a 2xx. */
  refusal: EgressResponse | null = null;
  /** Called when the stream of the answer is over, whether or not the answer was on it. */
  onStreamEnd: () => void = () => undefined;
  /** Resolves once it is known whether it was sent. */
  settled: Promise<unknown> = Promise.resolve();

  constructor(deadlineAt: number, maxResponseBytes: number, headers: Readonly<Record<string, string>> = {}) {
    this.deadlineAt = deadlineAt;
    this.maxResponseBytes = maxResponseBytes;
    this.headers = headers;
  }
}

/** The scope that the messages sent from here belong to. */
export const exchangeScopes = new AsyncLocalStorage<ExchangeScope>();

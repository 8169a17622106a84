import type { ErrorCode } from '@patchbay/contracts';
import type { EgressFailureKind } from '@patchbay/egress';

/** One HTTP attempt that is about to be made. Nothing in it comes from an argument or a credential. */
export interface AttemptStart {
  /** From 1 over the whole execution. */
  readonly number: number;
  readonly method: string;
  /** Lower case, with the port unless it is the scheme's own. */
  readonly host: string;
  /** The document's path, placeholders and all; null when an earlier step named the URL. */
  readonly urlTemplate: string | null;
}

export interface AttemptEnd {
  /** HTTP status, null without a response. */
  readonly status: number | null;
  /** Why there was no response. */
  readonly failure: EgressFailureKind | null;
  /** What the attempt came to, in the words of the catalogue; null when it succeeded. */
  readonly errorCode: ErrorCode | null;
  readonly tookMs: number;
}

/** Follows one attempt. */
export interface AttemptWatch {
  /** Passed on to the upstream in place of the execution's, when given: the attempt is a span of its own. */
  readonly traceparent?: string;
  /** Called once. Must not throw. */
  ended(end: AttemptEnd): void;
}

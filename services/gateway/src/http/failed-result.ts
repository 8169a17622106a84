import { type ErrorBody, errorBody, PatchbayError } from '@patchbay/contracts';

/** An execution or a plan that did not succeed: a problem that carries the whole of what it came to. */
export class FailedResult extends PatchbayError {
  readonly result: unknown;
  constructor(error: ErrorBody | null, result: unknown) {
    const { code, message, speakable, retryable, retry_after_ms, details } = error ?? errorBody('internal');
    super(code, { message, speakable, retryable, retryAfterMs: retry_after_ms, details });
    this.name = 'FailedResult';
    this.result = result;
  }
}

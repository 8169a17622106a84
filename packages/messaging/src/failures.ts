import { errors } from '@nats-io/transport-node';
import { type ErrorCode, PatchbayError } from '@patchbay/contracts';

/** The error inside NATS's `RequestError` wrapper, if any. */
function causeOf(error: unknown): unknown {
  return error instanceof errors.RequestError && error.cause !== undefined ? error.cause : error;
}

/**
 * What a failed NATS request means in the catalogue's terms. `unavailable` is the code for "nobody serves this": nothing
 * was carried out. When the connection ended between request and answer, that is not known.
 */
export function requestFailure(error: unknown, unavailable: ErrorCode): PatchbayError {
  if (error instanceof PatchbayError) return error;
  const cause = causeOf(error);
  if (cause instanceof errors.TimeoutError)
    return new PatchbayError('deadline_exceeded', { message: 'No answer came in time.', cause });
  if (cause instanceof errors.NoRespondersError) {
    return new PatchbayError(unavailable, { message: 'No process serves this request at the moment.', cause });
  }
  if (cause instanceof errors.PermissionViolationError) {
    return new PatchbayError('not_permitted', {
      message: `This identity may not publish to '${cause.subject}'.`,
      details: { subject: cause.subject },
      cause,
    });
  }
  if (cause instanceof errors.InvalidArgumentError && /payload/i.test(cause.message)) return tooLarge(cause);
  if (cause instanceof errors.ClosedConnectionError || cause instanceof errors.DrainingConnectionError) {
    return new PatchbayError(unavailable, { message: 'The NATS connection is closed.', cause });
  }
  return new PatchbayError('outcome_unknown', { message: 'The connection ended before an answer came.', cause });
}

/** A message that JSON cannot carry, such as one that holds itself or a BigInt. */
export function notJson(cause: unknown): PatchbayError {
  return new PatchbayError('invalid_request', { message: 'The message cannot be written as JSON.', cause });
}

/** A message over the limit, on either side. */
export function tooLarge(cause?: unknown): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: 'The message is larger than 1,048,576 bytes.',
    details: { max_bytes: 1_048_576 },
    cause,
  });
}

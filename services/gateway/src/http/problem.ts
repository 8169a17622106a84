import { STATUS_CODES } from 'node:http';
import { type ErrorBody, type ErrorEntry, errorBody, errorCatalogue, Issue } from '@patchbay/contracts';
import { z } from 'zod';

/** A failure as RFC 9457 has it, with what the catalogue knows of its code. */
export const Problem = z.object({
  /** `urn:patchbay:error:<code>` */
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  /** The request's id, as in header `X-Request-Id`. */
  instance: z.string(),
  code: z.string(),
  /** For the person on the line. */
  speakable: z.string(),
  /** Whether the same request can succeed when sent again as it stands, without risking a second effect. */
  retryable: z.boolean(),
  retry_after_ms: z.number().nullable(),
  /** What is wrong with the request, place by place. */
  issues: z.array(Issue),
  details: z.record(z.string(), z.unknown()),
  /** Of an execution or a plan that did not succeed: its whole result. */
  result: z.unknown().optional(),
});
export type Problem = z.infer<typeof Problem>;

/** An answer as it is sent. */
export interface ProblemReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `status`: another than the catalogue's, where HTTP has a better one. */
export function problemOf(
  error: ErrorBody,
  requestId: string,
  { status, result }: { readonly status?: number; readonly result?: unknown } = {},
): ProblemReply {
  const entry: ErrorEntry = errorCatalogue[error.code];
  const code = status ?? entry.httpStatus;
  const { issues, ...details } = error.details;
  const parsed = z.array(Issue).safeParse(issues);
  const problem: Problem = {
    type: `urn:patchbay:error:${error.code}`,
    title: STATUS_CODES[code] ?? (code === 499 ? 'Client Closed Request' : 'Error'),
    status: code,
    detail: error.message,
    instance: requestId,
    code: error.code,
    speakable: error.speakable,
    retryable: error.retryable,
    retry_after_ms: error.retry_after_ms,
    issues: parsed.success ? parsed.data : [],
    details,
    ...(result !== undefined && { result }),
  };
  return {
    status: code,
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      ...(code === 401 && { 'www-authenticate': 'Bearer realm="patchbay"' }),
      ...(error.retry_after_ms !== null && {
        'retry-after': String(Math.max(1, Math.ceil(error.retry_after_ms / 1_000))),
      }),
    },
    body: JSON.stringify(problem),
  };
}

/** A refusal by HTTP itself, before any route has a say. */
export function refusal(status: number, message: string, requestId: string): ProblemReply {
  const code = status === 404 ? 'not_found' : status === 503 ? 'overloaded' : 'invalid_request';
  return problemOf(errorBody(code, { message, ...(status === 503 && { retryAfterMs: 2_000 }) }), requestId, { status });
}

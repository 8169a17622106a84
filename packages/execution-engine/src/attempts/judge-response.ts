import type { ErrorCode } from '@patchbay/contracts';
import { errorBody } from '@patchbay/contracts';
import type { EgressResponse } from '@patchbay/egress';
import type { Scrubber } from '../auth/scrub.ts';
import { readDataPath } from '../paths/data-path.ts';
import type { Decoded } from '../response/decode-body.ts';
import { decodeBody } from '../response/decode-body.ts';
import type { RulePlan } from '../response/error-rule.ts';
import type { LimitedOutput } from '../response/limit-output.ts';
import { retryAfterMs } from '../response/retry-after.ts';
import { upstreamDetails, upstreamText } from '../response/upstream-message.ts';
import type { Effect, Failure } from './verdict.ts';
import { unanswered } from './verdict.ts';

export interface Success {
  readonly ok: true;
  readonly value: unknown;
  /** The body's text when the value was read from one. */
  readonly text: string | null;
  readonly headers?: EgressResponse['headers'];
  /** The final result of a streamed answer, which needs no shaping any more. */
  readonly shaped?: LimitedOutput;
}

/** Answers of a gateway that got none itself: whether the upstream acted is unknown (RFC 9110 15.6.3, 15.6.5; Cloudflare 520, 524). */
const gatewayStatuses = new Set([502, 504, 520, 524]);

/** Codes with which an error rule says that trying again may help. */
const transientCodes: ReadonlySet<ErrorCode> = new Set(['upstream_unreachable', 'overloaded']);

/** Success is a 2xx that no error rule matches; everything else becomes a code of the catalogue. */
export function judgeResponse(
  response: EgressResponse,
  rules: readonly RulePlan[],
  effect: Effect,
  upstream: string,
  scrubber: () => Scrubber,
  wallClockMs: number,
): Success | Failure {
  const { status } = response;
  const decoded = decodeBody(response.body, response.contentType);
  const isSuccess = status >= 200 && status < 300;
  if (decoded.ok) {
    for (const rule of rules) {
      if (rule.matches(decoded.value, status))
        return ruleFailure(response, rule, decoded.value, effect, upstream, scrubber(), wallClockMs);
    }
    if (isSuccess) return { ok: true, value: decoded.value, text: decoded.text, headers: response.headers };
  } else if (isSuccess) {
    return unanswered(
      effect,
      'response_invalid',
      { message: `The answer of ${upstream} ${decoded.problem}.`, details: { upstream_status: status } },
      { retry: false, health: 'up', what: `the answer of ${upstream} ${decoded.problem}` },
    );
  }
  return statusFailure(response, decoded, effect, upstream, scrubber(), wallClockMs);
}

function statusFailure(
  response: EgressResponse,
  decoded: Decoded,
  effect: Effect,
  upstream: string,
  scrubber: Scrubber,
  wallClockMs: number,
): Failure {
  const { status } = response;
  const details = { upstream_status: status, ...(decoded.ok ? upstreamDetails(decoded.value, scrubber) : {}) };
  if (gatewayStatuses.has(status) && effect !== 'read') {
    return unanswered(
      effect,
      'upstream_error',
      { details },
      { retry: true, health: 'failing', what: `a gateway of ${upstream} answered ${status}` },
    );
  }
  const code: ErrorCode = status === 401 ? 'credential_expired' : status === 429 ? 'rate_limited' : 'upstream_error';
  return failureOf(code, response, effect, wallClockMs, { message: `${upstream} answered ${status}.`, details });
}

/** The failure that an error rule makes of an answer, or of an item of it. */
export function ruleFailure(
  response: Pick<EgressResponse, 'status' | 'headers'>,
  rule: RulePlan,
  body: unknown,
  effect: Effect,
  upstream: string,
  scrubber: Scrubber,
  wallClockMs: number,
): Failure {
  const found = rule.message === null ? undefined : readDataPath(body, rule.message);
  const text = typeof found === 'string' ? upstreamText(found, scrubber) : '';
  const details = { upstream_status: response.status, ...upstreamDetails(body, scrubber) };
  return failureOf(rule.code, response, effect, wallClockMs, {
    message: `${upstream} answered with an error${text === '' ? '' : `: ${text}`}${/[.!?…]$/.test(text) ? '' : '.'}`,
    details,
    ...(rule.speakable === undefined ? {} : { speakable: rule.speakable }),
  });
}

function failureOf(
  code: ErrorCode,
  response: Pick<EgressResponse, 'status' | 'headers'>,
  effect: Effect,
  wallClockMs: number,
  options: { message: string; speakable?: string; details: Record<string, unknown> },
): Failure {
  const { status } = response;
  // A limit is a refusal: nothing was done, so even a write may be repeated.
  const isRefusal = code === 'rate_limited';
  const isBroken = status >= 500 && status !== 501 && status !== 505;
  const isTransient = transientCodes.has(code) || (code === 'upstream_error' && (isBroken || status === 408));
  const mayRepeat = isRefusal || (isTransient && effect !== 'once');
  const waitMs = isRefusal || isTransient ? retryAfterMs(response.headers, wallClockMs) : null;
  return {
    ok: false,
    status: code === 'outcome_unknown' ? 'outcome_unknown' : 'failed',
    error: errorBody(code, {
      ...options,
      retryAfterMs: waitMs,
      ...(code === 'upstream_error' ? { retryable: mayRepeat } : {}),
    }),
    retry: mayRepeat,
    health: code === 'credential_expired' ? 'unauthorised' : isBroken ? 'failing' : 'up',
    answered: true,
    unauthorised: code === 'credential_expired',
  };
}

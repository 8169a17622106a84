import { failureOf, type Reason } from './reasons.ts';
import { withoutBodyHeaders, withoutPrivateHeaders } from './request-headers.ts';
import type { EgressFailure, EgressRequest, EgressResponse, EgressTiming } from './types.ts';

const maxRedirects = 3;

type IsInside = (tenant: string, url: URL) => boolean;

const redirecting = new Set([301, 302, 303, 307, 308]);

/** What a redirect is read from. */
type Hop = Pick<EgressResponse, 'status' | 'headers'>;
type HopOutcome<Response extends Hop> =
  | { readonly ok: true; readonly response: Response; readonly timing: EgressTiming }
  | { readonly ok: false; readonly failure: EgressFailure };

/** What comes after a response: another request, a refusal, or null when the response is the answer. */
type NextHop<Request extends EgressRequest> = { readonly request: Request } | { readonly refused: Reason } | null;

/**
 * Reads a redirect (RFC 9110 section 15.4). To another origin go only headers that say nothing about the asker, and no
 * body; never from https to http, and never from outside into what only the operator's word lets the tenant reach. The
 * next URL passes all checks again.
 */
function nextHop<Request extends EgressRequest>(request: Request, response: Hop, isInside: IsInside): NextHop<Request> {
  const { location } = response.headers;
  if (!redirecting.has(response.status) || location === undefined) return null;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
  if (typeof location !== 'string' || /[\u0000-\u0020\u007f-\u00a0\\]/.test(location))
    return { refused: 'redirect_invalid' };
  const from = new URL(request.url);
  const to = URL.parse(location, from);
  if (to === null) return { refused: 'redirect_invalid' };
  if (from.protocol === 'https:' && to.protocol === 'http:') return { refused: 'redirect_downgrade' };
  const crosses = to.origin !== from.origin;
  if (crosses && isInside(request.tenant, to) && !isInside(request.tenant, from)) {
    return { refused: 'redirect_into_trusted' };
  }
  return { request: { ...request, ...carriedOver(request, response.status, crosses), url: to.href } };
}

function carriedOver(
  request: EgressRequest,
  status: number,
  crosses: boolean,
): Pick<EgressRequest, 'method' | 'headers' | 'body'> {
  const { method, headers, body } = request;
  const becomesGet = (status === 303 && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST');
  if (crosses) return { method: becomesGet ? 'GET' : method, headers: withoutPrivateHeaders(headers), body: null };
  if (becomesGet) return { method: 'GET', headers: withoutBodyHeaders(headers), body: null };
  return { method, headers, body };
}

/**
 * Sends a request and follows its redirects. Whatever fails after the first hop, something has been sent. `discard` is
 * given each answer that is not the last.
 */
export async function sendFollowing<Request extends EgressRequest, Response extends Hop>(
  request: Request,
  send: (request: Request) => Promise<HopOutcome<Response>>,
  isInside: IsInside,
  onRefused: (request: EgressRequest, reason: Reason) => void,
  discard: (response: Response) => void = () => {},
): Promise<HopOutcome<Response>> {
  const startedAt = performance.now();
  let current = request;
  let queuedMs = 0;
  for (let hop = 0; ; hop += 1) {
    const outcome = await send(current);
    if (!outcome.ok) return hop === 0 ? outcome : { ok: false, failure: { ...outcome.failure, sent: true } };
    queuedMs += outcome.timing.queuedMs;
    const next = nextHop(current, outcome.response, isInside);
    if (next === null) {
      const { connectMs } = outcome.timing;
      return { ...outcome, timing: { connectMs, queuedMs, totalMs: performance.now() - startedAt } };
    }
    discard(outcome.response);
    const refused = 'refused' in next ? next.refused : hop === maxRedirects ? 'too_many_redirects' : null;
    if (refused !== null) {
      onRefused(current, refused);
      return { ok: false, failure: failureOf(refused, true) };
    }
    if ('request' in next) current = next.request;
  }
}

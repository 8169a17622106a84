import type { Egress } from '@patchbay/egress';
import { OAuthFailure } from './oauth-failure.ts';

/** Bytes of a token response at most. */
const maxAnswerBytes = 262_144;

/**
 * `fetch` through the egress guard, to the host of the URL alone, without redirects. @throws OAuthFailure `unavailable`
 * naming the reason when no answer came.
 */
export function egressFetch(
  egress: Pick<Egress, 'send'>,
  { tenant, deadlineAt }: { readonly tenant: string; readonly deadlineAt: number },
): (url: string, init: { method?: string; headers?: Record<string, string>; body?: unknown }) => Promise<Response> {
  return async (url, { method = 'GET', headers = {}, body }) => {
    const outcome = await egress.send({
      tenant,
      method,
      url,
      headers,
      body: body === undefined || body === null ? null : String(body),
      hosts: [new URL(url).host],
      deadlineAt,
      maxResponseBytes: maxAnswerBytes,
    });
    if (!outcome.ok) throw new OAuthFailure('unavailable', outcome.failure.reason);
    const { status, headers: answered, body: bytes } = outcome.response;
    const fields = Object.entries(answered).flatMap(([name, value]) =>
      [value].flat().map((one) => [name, one] as [string, string]),
    );
    const empty = status === 204 || status === 205 || status === 304;
    return new Response(empty ? null : Buffer.from(bytes), { status, headers: fields });
  };
}

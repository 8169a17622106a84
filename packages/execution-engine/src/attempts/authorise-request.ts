import { PatchbayError } from '@patchbay/contracts';
import type { EgressRequest } from '@patchbay/egress';
import { withCredential } from '../auth/credential-body.ts';
import type { BuiltRequest } from '../request/build-request.ts';
import type { Execution } from './execution.ts';

const traceparentShape = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

export type AuthorisedRequest = Pick<EgressRequest, 'url' | 'headers' | 'body'>;

/** The request as egress takes it, the credential added last, and only where the request may carry it. Throws a PatchbayError. */
export function authoriseRequest(request: BuiltRequest, execution: Execution): AuthorisedRequest {
  const { input, credential } = execution;
  const { auth } = input.prepared;
  const headers: Record<string, string> = { ...request.headers };
  if (input.traceparent !== undefined && traceparentShape.test(input.traceparent))
    headers.traceparent = input.traceparent;
  if (auth === null || !request.mayCarryCredential) return { url: request.url, headers, body: request.body };
  if (credential === null) {
    throw new PatchbayError('connection_missing', {
      message: `The integration '${input.prepared.integration}' needs a connection.`,
    });
  }
  const { headers: added, query, path, body: pieces } = auth(execution.shown ?? credential);
  for (const [name, value] of added) headers[name] = value;
  const url = path === undefined ? request.url : request.url.replace(path.marker, () => path.value);
  const body = pieces === undefined ? request.body : withCredential(request, pieces);
  if (pieces !== undefined && body === null) {
    throw new PatchbayError('invalid_arguments', {
      message: 'The arguments make a body that has no place for the credential.',
      details: { issues: [{ path: 'arguments', message: 'must make a body with fields' }] },
    });
  }
  if (query === '') return { url, headers, body };
  const rest = request.isPageUrl ? withoutParameters(url, query) : url;
  return { url: `${rest}${rest.includes('?') ? '&' : '?'}${query}`, headers, body };
}

/** The same, signed where the credential is shown as a signature. `now`: Unix milliseconds. Rejects with a PatchbayError. */
export async function signRequest(
  { method, mayCarryCredential }: BuiltRequest,
  authorised: AuthorisedRequest,
  { input: { prepared }, credential, context }: Execution,
  now: number,
): Promise<AuthorisedRequest> {
  if (prepared.sign === null || credential === null || !mayCarryCredential) return authorised;
  const { url, headers, body } = authorised;
  return {
    ...authorised,
    headers: { ...headers, ...(await prepared.sign({ method, url, headers, body }, credential, context, now)) },
  };
}

/** A page's URL may repeat the parameters that carry the credential. */
function withoutParameters(url: string, query: string): string {
  const parsed = new URL(url);
  const names = [...new URLSearchParams(query).keys()].filter((name) => parsed.searchParams.has(name));
  for (const name of names) parsed.searchParams.delete(name);
  return names.length === 0 ? url : parsed.href;
}

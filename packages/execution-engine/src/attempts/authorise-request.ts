import { PatchbayError } from '@patchbay/contracts';
import type { EgressRequest } from '@patchbay/egress';
import type { BuiltRequest } from '../request/build-request.ts';
import type { Execution } from './execution.ts';

const traceparentShape = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The request as egress takes it, the credential added last, and only where the request may carry it. Throws a PatchbayError. */
export function authoriseRequest(request: BuiltRequest, execution: Execution): Pick<EgressRequest, 'url' | 'headers'> {
  const { input, credential } = execution;
  const { auth } = input.prepared;
  const headers: Record<string, string> = { ...request.headers };
  if (input.traceparent !== undefined && traceparentShape.test(input.traceparent))
    headers.traceparent = input.traceparent;
  if (auth === null || !request.mayCarryCredential) return { url: request.url, headers };
  if (credential === null) {
    throw new PatchbayError('connection_missing', {
      message: `The integration '${input.prepared.integration}' needs a connection.`,
    });
  }
  const { headers: added, query, path } = auth(credential);
  for (const [name, value] of added) headers[name] = value;
  const url = path === undefined ? request.url : request.url.replace(path.marker, () => path.value);
  if (query === '') return { url, headers };
  return { url: `${url}${url.includes('?') ? '&' : '?'}${query}`, headers };
}

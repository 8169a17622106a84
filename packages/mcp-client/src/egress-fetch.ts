import type { Egress, EgressBody, EgressRequest, EgressResponse } from '@patchbay/egress';
import { type ExchangeScope, exchangeScopes } from './exchange-scope.ts';

/** Milliseconds for messages that no call waits for: the end of a session, a cancel. */
export const housekeepingMs = 2_000;
export const maxHousekeepingBytes = 65_536;
/** Most bytes read of an answer that is not a 2xx. */
const maxRefusalBytes = 65_536;
/** Headers of ours that the protocol's own take the place of. */
const replaced = new Set(['accept', 'content-type', 'traceparent']);

/** Whom a session's requests are for: all but what varies from message to message. */
export type SessionTarget = Pick<EgressRequest, 'tenant' | 'url' | 'headers' | 'hosts'>;

export type SessionFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/**
 * `fetch` for the client library, over egress: only to the session's own endpoint, and never by a redirect. The stream for
 * messages that answer nothing (GET) is refused: nothing of ours listens to it, and it would hold a socket for each session.
 */
export function createEgressFetch(
  egress: Pick<Egress, 'open'>,
  target: SessionTarget,
  housekeeping: () => ExchangeScope,
): SessionFetch {
  const own = Object.fromEntries(
    Object.entries(target.headers)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !replaced.has(name)),
  );
  return (_url, init = {}) => {
    if (init.method === 'GET') return Promise.resolve(new Response(null, { status: 405 }));
    const scope = exchangeScopes.getStore() ?? housekeeping();
    const headers: Record<string, string> = { ...own };
    for (const [name, value] of new Headers(init.headers ?? {})) headers[name] = value;
    Object.assign(headers, scope.headers);
    const opened = send(egress, target, scope, init, headers);
    scope.settled = opened.catch(() => undefined);
    return opened;
  };
}

async function send(
  egress: Pick<Egress, 'open'>,
  target: SessionTarget,
  scope: ExchangeScope,
  init: RequestInit,
  headers: Record<string, string>,
): Promise<Response> {
  scope.failure = null;
  scope.refusal = null;
  const signals = [scope.abort.signal, ...(init.signal == null ? [] : [init.signal])];
  const outcome = await egress.open({
    tenant: target.tenant,
    method: init.method ?? 'GET',
    url: target.url,
    headers,
    body: typeof init.body === 'string' ? init.body : null,
    hosts: target.hosts,
    deadlineAt: scope.deadlineAt,
    headersBy: scope.deadlineAt,
    idleMs: Math.max(1, scope.deadlineAt - performance.now()),
    signal: AbortSignal.any(signals),
    maxResponseBytes: scope.maxResponseBytes,
    followRedirects: false,
  });
  if (!outcome.ok) {
    scope.failure = outcome.failure;
    scope.sent ||= outcome.failure.sent;
    throw new Error(outcome.failure.reason);
  }
  scope.sent = true;
  const { status, headers: answered, contentType, body } = outcome.response;
  if (status < 200 || status > 299) {
    const bytes = await readAll(body);
    scope.refusal = { status, headers: answered, contentType, body: bytes };
    // Whoever reads a redirect could follow it.
    return new Response(bytes, { status: status < 400 ? 502 : status });
  }
  const list = new Headers();
  for (const [name, value] of Object.entries(answered))
    if (name !== 'content-encoding' && name !== 'content-length')
      list.set(name, Array.isArray(value) ? value.join(', ') : value);
  if (status === 204 || status === 205) {
    body.cancel();
    return new Response(null, { status, headers: list });
  }
  return new Response(streamOf(body, scope), { status, headers: list });
}

function streamOf(body: EgressBody, scope: ExchangeScope): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const part = await body.read();
        if (part.kind === 'bytes') return controller.enqueue(part.bytes);
        if (part.kind === 'end') return controller.close();
        scope.failure ??= part.failure;
        controller.error(new Error(part.failure.reason));
      },
      cancel: () => body.cancel(),
    },
    { highWaterMark: 0 },
  );
}

async function readAll(body: EgressBody): Promise<EgressResponse['body']> {
  const chunks: Uint8Array[] = [];
  for (let size = 0; ; ) {
    const part = await body.read();
    if (part.kind !== 'bytes') break;
    size += part.bytes.length;
    chunks.push(part.bytes);
    if (size > maxRefusalBytes) {
      body.cancel();
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, maxRefusalBytes);
}

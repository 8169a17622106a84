import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { PatchbayError } from '@patchbay/contracts';
import { type HookRequest, redacted } from '@patchbay/webhook-schemes';

/** What a receiver made of a request. */
export interface Received {
  readonly status: number;
  /** The beginning of its answer. */
  readonly body: string;
  readonly duration_ms: number;
}

/** Milliseconds that the receiver may take. */
const sendMs = 15_000;
const shownBytes = 2_000;

/** Headers that belong to one connection or one hop, and are made anew. */
const perHop = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The headers that go along: as they came, in their order, but for those of a hop and those whose value is not kept. */
function headersToSend({ headers }: Pick<HookRequest, 'headers'>): [string, string][] {
  return headers
    .filter(([name, value]) => !perHop.has(name.toLowerCase()) && value !== redacted)
    .map(([name, value]) => [name, value]);
}

/** The URL to send to: the receiver's, with the query that the vendor gave. */
export function urlToSend(to: string, { url }: Pick<HookRequest, 'url'>): string {
  const at = url.indexOf('?');
  if (at < 0) return to;
  return to + (to.includes('?') ? '&' : '?') + url.slice(at + 1);
}

/**
 * Sends a request as it came: its method, its headers, its body's bytes. Redirects are not followed.
 * @throws PatchbayError `upstream_unreachable` when no answer comes.
 */
export async function sendRequest(to: string, request: HookRequest): Promise<Received> {
  const url = new URL(urlToSend(to, request));
  const began = performance.now();
  try {
    const answer = await answerTo(url, request);
    const body = await beginningOf(answer);
    return { status: answer.statusCode ?? 0, body, duration_ms: Math.round(performance.now() - began) };
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    throw new PatchbayError('upstream_unreachable', {
      message: `${url.origin}${url.pathname} cannot be reached (${code ?? name}).`,
    });
  }
}

function answerTo(url: URL, request: HookRequest): Promise<IncomingMessage> {
  const { method, body } = request;
  const bodiless = method === 'GET' || method === 'HEAD';
  const headers = [
    ['Host', url.host],
    ...headersToSend(request),
    ...(bodiless ? [] : [['Content-Length', String(body.length)]]),
    ['Connection', 'close'],
  ];
  const options = { method, headers: headers.flat(), signal: AbortSignal.timeout(sendMs) };
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === 'https:' ? overHttps : overHttp)(url, options, resolve);
    sent.on('error', reject);
    sent.end(bodiless ? undefined : body);
  });
}

async function beginningOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= shownBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, shownBytes).toString('utf8');
}

import { newId } from '@patchbay/contracts';
import { answeredSockets, type Tracing } from '@patchbay/service-kit';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { HookArrival, HookReply } from '../operations/ports.ts';
import { problem } from '../operations/problem.ts';

declare module 'fastify' {
  /** Of Node.js, which fastify hands its options on to. */
  interface FastifyListenOptions {
    reusePort?: boolean;
  }
}

export interface HookServerOptions {
  readonly receiveHook: (arrival: HookArrival) => Promise<HookReply>;
  /** A body was longer than it may be, and was not read. */
  readonly onTooLarge: (arrival: HookArrival, bodyBytes: number) => void;
  /** A request was told to come again because too many are in hand. */
  readonly onShed: () => void;
  readonly onFailure: (error: unknown) => void;
  /** Milliseconds from the first byte of a request to its answer. */
  readonly onAnswered: (ms: number, status: number) => void;
  readonly tracing: Tracing;
  /** Whether requests can be taken in now. */
  readonly isReady: () => boolean;
  readonly maxBodyBytes: number;
  readonly maxInFlight: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/** Bytes and number of a request's headers at most; vendors send a tenth of it. */
const maxHeaders = { bytes: 32_768, count: 200 };
/** Sockets open at once, most of them idle: vendors keep them for a while. */
const maxConnections = 8_192;
/** Milliseconds between two looks for requests that take too long. */
const lookMs = 500;

/** A request in hand: from its headers on. */
interface Hand {
  readonly id: string;
  readonly since: number;
  counted: boolean;
}

/**
 * The address that vendors send to, `/hooks/<source>`, and what load balancers ask. Bodies are taken as they came: nothing is
 * parsed, decoded or decompressed here, and headers are the raw ones, repeated ones repeated.
 */
export function createHookServer(options: HookServerOptions): FastifyInstance {
  const hands = new WeakMap<FastifyRequest, Hand>();
  let inFlight = 0;
  const app = fastify({
    logger: false,
    bodyLimit: options.maxBodyBytes,
    requestTimeout: options.requestTimeoutMs,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: maxHeaders.bytes, caseSensitive: true },
    http: {
      maxHeaderSize: maxHeaders.bytes,
      headersTimeout: options.headersTimeoutMs,
      connectionsCheckingInterval: lookMs,
    },
    // Of a request that is none of HTTP, or came too slowly: the socket is all there is.
    clientErrorHandler(error, socket) {
      if (!socket.writable) return;
      if (wasAnswered(socket)) return void socket.end();
      const status = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }[error.code ?? ''] ?? 400;
      const { headers, body } = problem(status, newId('webhookRequest'));
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.end(
        `HTTP/1.1 ${status} Refused\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
    },
  });
  const wasAnswered = answeredSockets(app.server);
  app.server.maxConnections = maxConnections;
  app.server.maxHeadersCount = 0; // counted below: Node.js would drop what is beyond
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.addHook('onRequest', (request, reply, done) => {
    const hand = { id: newId('webhookRequest'), since: performance.now(), counted: true };
    hands.set(request, hand);
    // Without a type that it might not know, every body is taken. What we go by are the raw headers.
    (request.raw.headers as Record<string, unknown>)['content-type'] = undefined;
    inFlight++;
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    if (!isHook(request)) return done();
    if (request.raw.rawHeaders.length > 2 * maxHeaders.count) return void send(reply, problem(431, hand.id));
    // Before its body is read. What is still on its way goes with the connection.
    if (inFlight > options.maxInFlight) {
      options.onShed();
      return void send(reply.header('connection', 'close'), problem(503, hand.id));
    }
    done();
  });
  const letGo = (request: FastifyRequest) => {
    const hand = hands.get(request);
    if (hand?.counted !== true) return;
    hand.counted = false;
    inFlight--;
  };
  app.addHook('onResponse', (request, reply, done) => {
    letGo(request);
    const hand = hands.get(request);
    if (hand !== undefined && isHook(request)) options.onAnswered(performance.now() - hand.since, reply.statusCode);
    done();
  });
  app.addHook('onRequestAbort', (request, done) => {
    letGo(request);
    done();
  });

  const idOf = (request: FastifyRequest) => hands.get(request)?.id ?? newId('webhookRequest');
  app.setNotFoundHandler((request, reply) => send(reply, problem(404, idOf(request))));
  app.setErrorHandler((error: { readonly code?: string; readonly statusCode?: number }, request, reply) => {
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      const arrival = arrivalOf(request, idOf(request), empty, null);
      options.onTooLarge(arrival, Number(request.headers['content-length'] ?? options.maxBodyBytes + 1));
      return send(reply, problem(413, arrival.id));
    }
    const isTheirs = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500;
    if (!isTheirs) options.onFailure(error);
    return send(reply, problem(isTheirs ? 400 : 503, idOf(request)));
  });

  app.route<{ Params: { source: string } }>({
    method: ['GET', 'HEAD', 'POST'],
    url: hookRoute,
    async handler(request, reply) {
      const span = options.tracing.begin(`${request.method} ${hookRoute}`, 'server', null, {
        'http.request.method': request.method,
        'http.route': hookRoute,
      });
      const body = Buffer.isBuffer(request.body) ? request.body : empty;
      const answer = await options.receiveHook(arrivalOf(request, idOf(request), body, span.traceparent));
      span.set({ 'http.response.status_code': answer.status });
      span.end(answer.status >= 500 ? String(answer.status) : null);
      return send(reply, answer);
    },
  });
  app.get('/livez', (_request, reply) => reply.type('text/plain; charset=utf-8').send('ok'));
  app.get('/readyz', (_request, reply) =>
    reply
      .code(options.isReady() ? 200 : 503)
      .type('text/plain; charset=utf-8')
      .send(options.isReady() ? 'ok' : 'not ready'),
  );
  return app;
}

const hookRoute = '/hooks/:source';
/** Fastify's own answer to which route it is costs as much as much of the rest. */
const isHook = ({ raw }: FastifyRequest) => raw.url?.startsWith('/hooks/') === true;
const empty = Buffer.alloc(0);

function arrivalOf(request: FastifyRequest, id: string, body: Uint8Array, traceparent: string | null): HookArrival {
  const { rawHeaders, url = '', method = '' } = request.raw;
  const headers: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    headers.push([rawHeaders[at] as string, rawHeaders[at + 1] as string]);
  return {
    id,
    source: (request.params as { source?: string }).source ?? '',
    method,
    target: url,
    headers,
    body,
    receivedAt: new Date(),
    traceparent,
  };
}

function send(reply: FastifyReply, { status, headers, body }: HookReply): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

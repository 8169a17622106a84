import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import helmet from '@fastify/helmet';
import underPressure from '@fastify/under-pressure';
import { type ErrorBody, errorBody, maxDeadlineMs, newId, PatchbayError, toErrorBody } from '@patchbay/contracts';
import { nameOf, type Principal } from '@patchbay/identity';
import { answeredSockets, type Span, type Tracing } from '@patchbay/service-kit';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { RateVerdict } from '../domain/rate-limit.ts';
import type { Authenticate } from '../operations/authenticate.ts';
import type { OnRefused } from '../operations/observe-access.ts';
import { type AskedOnce, KeyReused } from '../operations/remembered-answer.ts';
import { admit } from './admit.ts';
import type { Door, Entrance } from './door.ts';
import { FailedResult } from './failed-result.ts';
import { type AnyRoute, type RouteCall, StreamedAnswer } from './http-route.ts';
import { openApiOf } from './openapi.ts';
import { etagOf, matches, PreconditionError, preconditionsOf } from './preconditions.ts';
import { type ProblemReply, problemOf, refusal } from './problem.ts';
import { inputReader } from './read-input.ts';
import { referencePage } from './reference-page.ts';
import { refuseBroken } from './refuse-broken.ts';

export interface GatewayServerOptions {
  readonly routes: readonly AnyRoute[];
  /** Null: nobody that may come in. A key is known at once; a token of an issuer may have to be waited for. */
  readonly authenticate: Authenticate;
  /** Counts the request against its principal. */
  readonly takeRate: (principal: Principal) => RateVerdict;
  readonly rateTerms: { readonly requestsPerMinute: number; readonly burst: number };
  /** Makes a change between its audit records. */
  readonly audited: (route: AnyRoute, call: RouteCall, work: () => Promise<unknown>) => Promise<unknown>;
  /** Carries a request out once for its idempotency key. */
  readonly remembered: (
    asked: AskedOnce,
    work: () => Promise<unknown>,
  ) => Promise<{ readonly answer: unknown; readonly repeated: boolean }>;
  readonly onFailure: (error: unknown, requestId: string) => void;
  /** Told of those who are known and asked for what they may not. */
  readonly onRefused?: OnRefused;
  readonly onAnswered: (facts: AnsweredRequest) => void;
  readonly tracing: Tracing;
  /** Whether requests can be taken in now. */
  readonly isReady: () => boolean;
  readonly trustedProxies: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly maxBodyBytes: number;
  readonly maxConnections: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly maxLagMs: number;
  /** What is served beside the table of routes, such as sockets. Each admits whoever comes itself. */
  readonly doors?: readonly Door[];
}

/** For the log. Neither a path's values nor a query, which may be personal. */
export interface AnsweredRequest {
  readonly request: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  readonly principal: string | null;
  readonly tenant: string | null;
}

/** What is known of a request in hand. */
export interface Hand {
  readonly id: string;
  readonly since: number;
  readonly span: Span;
  readonly route: AnyRoute | null;
  principal: Principal | null;
  tenant: string | null;
  /** Its refusal was told. */
  refused: boolean;
  /** The body's text, on routes that want it. */
  rawBody: string | null;
}

/** Bytes and number of a request's headers at most. */
const maxHeaderBytes = 16_384;
/** A handler answers by the longest deadline, and a little for the way. */
const handlerTimeoutMs = maxDeadlineMs + 10_000;

/** The gateway's HTTP server: every route of the table behind the same door. */
export async function createGatewayServer(options: GatewayServerOptions): Promise<FastifyInstance> {
  const hands = new WeakMap<FastifyRequest, Hand>();
  const app = fastify({
    logger: false,
    bodyLimit: options.maxBodyBytes,
    requestTimeout: options.requestTimeoutMs,
    connectionTimeout: handlerTimeoutMs + 10_000,
    handlerTimeout: handlerTimeoutMs,
    forceCloseConnections: 'idle',
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 200, caseSensitive: true },
    http: {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: options.headersTimeoutMs,
      connectionsCheckingInterval: 500,
      // Any other is a request like all: a socket that is taken out of HTTP is nobody's to close.
      shouldUpgradeCallback: ({ method, headers }) =>
        method === 'GET' &&
        /^websocket$/i.test(headers.upgrade ?? '') &&
        /^(?:8|13)$/.test(headers['sec-websocket-version'] ?? '') &&
        /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? ''),
      // Asked for below, so that a request without one is refused by a problem too.
      requireHostHeader: false,
    },
    // A path that is none, or too long: the framework's own texts quote it.
    frameworkErrors: (error, _request, reply) =>
      send(reply, refusal(error.statusCode ?? 400, titleOf(error.statusCode ?? 400), newId('httpRequest'))),
    clientErrorHandler(error, socket) {
      if (!socket.writable) return;
      if (wasAnswered(socket)) socket.end();
      else refuseBroken(error, socket);
    },
  });
  const wasAnswered = answeredSockets(app.server);
  app.server.maxConnections = options.maxConnections;
  app.server.on('checkExpectation', (_request, response) => {
    const { status, headers, body } = refusal(417, titleOf(417), newId('httpRequest'));
    response
      .writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' })
      .end(body);
  });
  // JSON is all that is taken.
  app.removeContentTypeParser('text/plain');
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    const hand = hands.get(request);
    if (hand?.route?.rawBody === true) hand.rawBody = body;
    parseJson(request, body, done);
  });

  const idOf = (request: FastifyRequest) => hands.get(request)?.id ?? newId('httpRequest');
  app.addHook('onRequest', async (request, reply) => {
    const route = (request.routeOptions.config as { route?: AnyRoute }).route ?? null;
    const parent = request.headers.traceparent;
    const place = route?.path ?? request.routeOptions.url ?? 'none';
    const span = options.tracing.begin(
      `${request.method} ${place}`,
      'server',
      typeof parent === 'string' ? parent : null,
      {
        'http.request.method': request.method,
        'http.route': place,
      },
    );
    const hand: Hand = {
      id: newId('httpRequest'),
      since: performance.now(),
      span,
      route,
      principal: null,
      tenant: null,
      refused: false,
      rawBody: null,
    };
    hands.set(request, hand);
    reply.headers({ 'x-request-id': hand.id, traceparent: span.traceparent, 'cache-control': 'no-store' });
    allowOrigin(request, reply, options.corsOrigins);
    if (request.raw.httpVersion === '1.1' && request.headers.host === undefined)
      return send(reply, refusal(400, titleOf(400), hand.id));
  });
  await app.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives: pagePolicy } });
  if (options.maxLagMs > 0)
    await app.register(underPressure, {
      maxEventLoopDelay: options.maxLagMs,
      pressureHandler(request, reply) {
        // Whoever asks whether we live must not be told no because we are busy.
        if (request.url === '/livez') return;
        send(reply, refusal(503, 'Too much is going on.', idOf(request)));
      },
    });
  // Before a body is read: who may not come in sends none.
  app.addHook('onRequest', async (request, reply) => {
    const hand = hands.get(request);
    if (hand?.route == null) return;
    await admit(request, reply, hand, hand.route, options);
  });
  app.addHook('onResponse', async (request, reply) => {
    // One that asked for a socket and was answered instead: HTTP has let go of it.
    if ((request.raw as { readonly upgrade?: boolean }).upgrade === true) request.raw.socket.destroySoon();
    const hand = hands.get(request);
    if (hand === undefined) return;
    hand.span.set({ 'http.response.status_code': reply.statusCode });
    hand.span.end(reply.statusCode >= 500 ? String(reply.statusCode) : null);
    options.onAnswered({
      request: hand.id,
      method: request.method,
      route: hand.route?.operationId ?? request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: performance.now() - hand.since,
      principal: hand.principal?.id ?? null,
      tenant: hand.tenant,
    });
  });

  app.setNotFoundHandler((request, reply) => send(reply, refusal(404, 'There is no such route.', idOf(request))));
  app.setErrorHandler((error: { readonly statusCode?: number }, request, reply) => {
    const id = idOf(request);
    const hand = hands.get(request);
    const { principal = null, route = null } = hand ?? {};
    tellRefused(options, request, hand, error);
    if (principal !== null && route?.failure !== undefined) {
      const body = failureBody(error);
      if (body.code === 'internal') options.onFailure(error, id);
      return reply.code(200).send(route.failure(body));
    }
    if (error instanceof FailedResult) return send(reply, problemOf(error.body, id, { result: error.result }));
    if (error instanceof PreconditionError) return send(reply, problemOf(error.body, id, { status: error.status }));
    if (error instanceof KeyReused) return send(reply, problemOf(error.body, id, { status: 422 }));
    if (error instanceof PatchbayError) {
      if (error.code === 'internal') options.onFailure(error, id);
      return send(reply, problemOf(error.body, id));
    }
    const status = error.statusCode ?? 500;
    // What Fastify itself turns away. Its texts quote the request.
    if ((status >= 400 && status < 500) || status === 503) return send(reply, refusal(status, titleOf(status), id));
    options.onFailure(error, id);
    return send(reply, problemOf(toErrorBody(error), id));
  });

  for (const open of options.doors ?? []) await open(app, entranceOf(hands, options));
  for (const route of options.routes) addRoute(app, route, hands, options);
  addPublicRoutes(app, options);
  return app;
}

function entranceOf(hands: WeakMap<FastifyRequest, Hand>, options: GatewayServerOptions): Entrance {
  return {
    async admit(request, reply, place) {
      const hand = hands.get(request);
      if (hand === undefined) throw new PatchbayError('not_authenticated');
      try {
        const { principal, tenant } = await admit(request, reply, hand, place, options);
        return { principal, tenant, requestId: hand.id, traceparent: hand.span.traceparent };
      } catch (error) {
        // Told here: a door may answer what fails itself.
        tellRefused(options, request, hand, error);
        throw error;
      }
    },
  };
}

function tellRefused(
  { onRefused }: GatewayServerOptions,
  request: FastifyRequest,
  hand: Hand | undefined,
  error: unknown,
): void {
  if (hand === undefined || hand.principal === null || hand.refused || onRefused === undefined) return;
  hand.refused = true;
  const operation = hand.route?.operationId ?? request.routeOptions.url ?? 'none';
  onRefused({ principal: hand.principal, tenant: hand.tenant, operation, error });
}

function addRoute(
  app: FastifyInstance,
  route: AnyRoute,
  hands: WeakMap<FastifyRequest, Hand>,
  options: GatewayServerOptions,
): void {
  const read = inputReader(route);
  const preconditions = preconditionsOf(route, options.routes);
  const handle = route.handler as (call: RouteCall) => Promise<unknown>;
  app.route({
    method: route.method,
    url: route.path.replace(/\{(\w+)\}/g, ':$1'),
    config: { route },
    async handler(request, reply) {
      const hand = hands.get(request);
      if (hand?.principal == null || hand.tenant === null) throw new PatchbayError('not_authenticated');
      const call: RouteCall = {
        principal: hand.principal,
        tenant: hand.tenant,
        ...read({ params: request.params, query: request.query, body: request.body }),
        requestId: hand.id,
        traceparent: hand.span.traceparent,
        idempotencyKey: idempotencyKeyOf(request, route),
        wantsEvents: route.streams === true && request.headers.accept?.includes('text/event-stream') === true,
        left: route.leavable === true ? leftOf(reply) : null,
        headers: request.headers,
        rawBody: hand.rawBody,
      };
      const change = () =>
        route.audited === undefined ? handle(call) : options.audited(route, call, () => handle(call));
      const carryOut = () => (preconditions === null ? change() : preconditions(request, call, change));
      let answer: unknown;
      if (route.repeatable === true && call.idempotencyKey !== null) {
        const once = await options.remembered(onceFor(route, call, call.idempotencyKey), carryOut);
        if (once.repeated) reply.header('idempotent-replayed', 'true');
        answer = once.answer;
      } else answer = await carryOut();
      if (answer instanceof StreamedAnswer) {
        // The response's end, not the readable's: that one waits for the chunk that is awaited.
        reply.raw.once('close', answer.onLeft);
        return reply
          .headers({ 'content-type': answer.media, 'x-accel-buffering': 'no' })
          .send(Readable.from(answer.chunks, { objectMode: false, highWaterMark: 16_384 }));
      }
      if (route.media !== undefined) return reply.header('content-type', route.media).send(answer);
      const body = JSON.stringify(answer);
      reply.code(route.status ?? 200).header('content-type', 'application/json; charset=utf-8');
      if (route.etag === undefined) return reply.send(body);
      const etag = etagOf(body);
      reply.headers({ etag, 'cache-control': 'private, no-cache' });
      return matches(request.headers['if-none-match'], etag) ? reply.code(304).send() : reply.send(body);
    },
  });
}

/** Aborted when the response is closed before it was written. */
function leftOf({ raw }: FastifyReply): AbortSignal {
  const left = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) left.abort();
  });
  return left.signal;
}

/** What needs no key: what load balancers ask, and what the API is. */
function addPublicRoutes(app: FastifyInstance, { routes, isReady, corsOrigins }: GatewayServerOptions): void {
  const openApi = JSON.stringify(openApiOf(routes));
  const page = referencePage(routes);
  const text = (reply: FastifyReply) => reply.header('content-type', 'text/plain; charset=utf-8');
  app.get('/livez', (_request, reply) => text(reply).send('ok'));
  app.get('/readyz', (_request, reply) =>
    text(reply)
      .code(isReady() ? 200 : 503)
      .send(isReady() ? 'ok' : 'not ready'),
  );
  app.get('/openapi.json', (_request, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(openApi),
  );
  app.get('/reference', (_request, reply) => reply.header('content-type', 'text/html; charset=utf-8').send(page));
  if (corsOrigins.length > 0) app.options('/*', (_request, reply) => reply.code(204).send());
}

/** Of the reference page, which holds its own style and nothing else. */
const pagePolicy = {
  defaultSrc: ["'none'"],
  styleSrc: ["'unsafe-inline'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

/** Without configured origins no page of another origin may call: a browser then keeps the answer from it. */
function allowOrigin(request: FastifyRequest, reply: FastifyReply, origins: readonly string[]): void {
  if (origins.length === 0) return;
  reply.header('vary', 'Origin');
  const { origin } = request.headers;
  if (origin === undefined || !origins.includes(origin)) return;
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers':
      'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Patchbay-Tenant, traceparent',
    'access-control-expose-headers':
      'ETag, Idempotent-Replayed, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, traceparent',
    'access-control-max-age': '600',
  });
}

function idempotencyKeyOf({ headers }: FastifyRequest, { idempotent, repeatable }: AnyRoute): string | null {
  const key = headers['idempotency-key'];
  if (key === undefined || (idempotent ?? repeatable) === undefined) return null;
  if (typeof key === 'string' && key.length >= 1 && key.length <= 190) return key;
  throw new PatchbayError('invalid_request', {
    message: 'The idempotency key is not as the route takes it.',
    details: { issues: [{ path: 'Idempotency-Key', message: 'expected one value of 1 to 190 characters' }] },
  });
}

function onceFor({ operationId }: AnyRoute, call: RouteCall, key: string): AskedOnce {
  const { tenant, principal, params, query, body } = call;
  return { tenant, principal: nameOf(principal), operation: operationId, key, input: { params, query, body } };
}

/** What Fastify itself turns away is the caller's fault; its texts quote the request. */
function failureBody(error: { readonly statusCode?: number }): ErrorBody {
  const { statusCode = 500 } = error;
  if (error instanceof PatchbayError || statusCode >= 500) return toErrorBody(error);
  return errorBody('invalid_request', { message: titleOf(statusCode) });
}

const titleOf = (status: number) => STATUS_CODES[status] ?? 'Error';

function send(reply: FastifyReply, { status, headers, body }: ProblemReply): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

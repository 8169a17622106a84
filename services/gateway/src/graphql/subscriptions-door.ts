import { liveCloseCodes, PatchbayError } from '@patchbay/contracts';
import { nameOf } from '@patchbay/identity';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type ExecutionArgs, GraphQLError, type GraphQLSchema, getOperationAST, parse, validate } from 'graphql';
import { makeServer, type SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { bearerOf } from '../http/admit.ts';
import { closings, type HeldSocket, type LiveSockets } from '../live/live-sockets.ts';
import { admitUpgrade, enterSocket, type LiveAccess, type SocketDoor, tenantNamed } from '../live/socket-access.ts';
import type { OpenSessions } from '../operations/open-sessions.ts';
import { answerErrors } from './answer-errors.ts';
import { checkDocument, checkText } from './document-limits.ts';
import type { PersistedQueries } from './persisted-queries.ts';
import { checkCost } from './query-cost.ts';
import type { GraphQlContext } from './request-context.ts';

export interface SubscriptionsPorts extends SocketDoor {
  readonly schema: GraphQLSchema;
  readonly persisted: PersistedQueries;
  readonly sockets: LiveSockets;
  readonly sessions: OpenSessions;
  /** What resolvers share besides who asks. */
  readonly contextOf: (access: LiveAccess) => GraphQlContext;
  readonly onFailure: (error: unknown, requestId: string) => void;
}

export const subscriptionsProtocol = 'graphql-transport-ws';

/** Subscriptions of one socket, and messages of its client a second. */
const mostSubscriptions = 20;
const messagesPerSecond = 20;
/** Milliseconds until a client must have begun, between pings, and for one message to leave. */
const initMs = 5_000;
const pingMs = 15_000;
const lagMs = 30_000;
const closeMs = 1_000;

/** `GET /graphql` over WebSocket, protocol `graphql-transport-ws`. */
export function openSubscriptionsDoor(app: FastifyInstance, ports: SubscriptionsPorts): void {
  const entered = new WeakMap<FastifyRequest, LiveAccess>();
  const server = makeServer<Record<string, unknown>, SocketVisit>({
    schema: ports.schema,
    connectionInitWaitTimeout: initMs,
    async onConnect({ extra, connectionParams }) {
      return extra.enter(connectionParams ?? {});
    },
    onSubscribe: async ({ extra, subscriptions }, _id, payload) => {
      if (Object.keys(subscriptions).length > mostSubscriptions)
        return [
          asError(
            new PatchbayError('rate_limited', { message: `A socket has at most ${mostSubscriptions} subscriptions.` }),
          ),
        ];
      return prepare(ports, payload, extra.access);
    },
    onError: ({ extra }, _id, _payload, errors) => answerErrors(errors, extra.report),
    onNext: ({ extra }, _id, _payload, _args, { errors, ...result }) => ({
      ...result,
      ...(errors !== undefined && { errors: answerErrors(errors, extra.report) }),
    }),
  });
  app.route({
    method: 'GET',
    url: '/graphql',
    async preValidation(request) {
      if (!request.ws) return;
      const access = await admitUpgrade(ports, 'graphql', request);
      if (access !== null) entered.set(request, access);
    },
    async handler() {
      throw new PatchbayError('not_found', { message: 'Ask by POST; subscriptions go over WebSocket.' });
    },
    wsHandler(socket, request) {
      const visit = new SocketVisit(socket, request, entered.get(request) ?? null, ports);
      const closed = server.opened(
        {
          protocol: socket.protocol,
          send: (text) => visit.send(text),
          close: (code, reason) => visit.end(code ?? 1_000, reason ?? ''),
          onMessage: (take) => visit.listen(take),
        },
        visit,
      );
      socket.once('close', (code, reason) => {
        visit.closed();
        closed(code, String(reason)).catch(visit.report);
      });
    },
  });
}

/** @throws nothing: what is wrong with a document is answered. */
async function prepare(
  { schema, persisted, contextOf }: SubscriptionsPorts,
  { query, operationName, variables }: SubscribePayload,
  access: LiveAccess,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  try {
    checkText(query);
    if (!persisted.allows(query))
      throw new PatchbayError('not_permitted', { message: 'Only queries of the allow-list are taken here.' });
    const document = parse(query);
    checkDocument(document);
    const invalid = validate(schema, document);
    if (invalid.length > 0) return invalid;
    if (getOperationAST(document, operationName)?.operation !== 'subscription')
      throw new PatchbayError('invalid_request', { message: 'Name one subscription; queries go by POST.' });
    checkCost(schema, document, variables ?? {}, operationName ?? null);
    return {
      schema,
      document,
      operationName: operationName ?? null,
      variableValues: variables ?? {},
      contextValue: contextOf(access),
    };
  } catch (error) {
    return [asError(error)];
  }
}

function asError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return new GraphQLError('failed', { originalError: error instanceof Error ? error : new Error(String(error)) });
}

/** One socket, from its opening to its end. */
class SocketVisit implements HeldSocket {
  readonly report = (error: unknown) => this.#ports.onFailure(error, 'graphql');
  readonly #socket: WebSocket;
  readonly #request: FastifyRequest;
  readonly #ports: SubscriptionsPorts;
  #access: LiveAccess | null;
  #endSession = () => {};
  #heardAt = performance.now();
  #pingedAt = performance.now();
  #sendingSince: number | null = null;
  #sending = 0;
  #allowance = messagesPerSecond * 3;
  #allowanceAt = performance.now();

  constructor(socket: WebSocket, request: FastifyRequest, access: LiveAccess | null, ports: SubscriptionsPorts) {
    this.#socket = socket;
    this.#request = request;
    this.#ports = ports;
    this.#access = access;
    ports.sockets.hold(this, access === null ? null : nameOf(access.principal));
    socket.on('pong', () => {
      this.#heardAt = performance.now();
    });
  }

  /** Of a socket that is in: subscriptions come only after the acknowledgement. */
  get access(): LiveAccess {
    if (this.#access === null) throw new PatchbayError('not_authenticated');
    return this.#access;
  }

  /** By what the upgrade brought, else by the first message: `authorization`, and `tenant` for keys of the platform. */
  async enter({ authorization, tenant }: Readonly<Record<string, unknown>>): Promise<boolean> {
    try {
      if (this.#access === null) {
        const named = typeof tenant === 'string' ? tenant : tenantNamed(this.#request);
        const token = bearerOf(typeof authorization === 'string' ? authorization : undefined);
        this.#access = await enterSocket(this.#ports, 'graphql', token, named);
        const name = nameOf(this.#access.principal);
        if (!this.#ports.sockets.hasRoom(name)) {
          this.end(...closings.noRoom);
          return true;
        }
        this.#ports.sockets.hold(this, name);
      }
      const session = this.#ports.sessions.open(
        this.#access.principal,
        () => this.end(...closings.keyEnded),
        'graphql',
      );
      this.#endSession = () => session.close();
      if (this.#socket.readyState !== this.#socket.OPEN) this.closed();
      return true;
    } catch (error) {
      if (!(error instanceof PatchbayError)) throw error;
      if (error.code === 'not_authenticated') this.end(...closings.noKey);
      // What is not said otherwise is closed as forbidden.
      return error.code === 'not_authenticated';
    }
  }

  listen(take: (text: string) => Promise<void>): void {
    this.#socket.on('message', (data, isBinary) => {
      this.#heardAt = performance.now();
      if (isBinary || !this.#mayAsk()) return this.end(liveCloseCodes.tooMany, 'too many messages, or no text');
      take(String(data)).catch((error: unknown) => {
        this.report(error);
        this.end(1_011, 'internal');
      });
    });
  }

  /** Settles when the message has left, so that what comes next waits in a queue with an end. */
  send(text: string): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return Promise.resolve();
    this.#sending++;
    this.#sendingSince ??= performance.now();
    return new Promise((resolve) => {
      this.#socket.send(text, () => {
        this.#sending--;
        this.#sendingSince = this.#sending === 0 ? null : performance.now();
        resolve();
      });
    });
  }

  look(now: number = performance.now()): void {
    if (now - this.#heardAt > 2.5 * pingMs) return this.#socket.terminate();
    if (this.#sendingSince !== null && now - this.#sendingSince > lagMs)
      return this.end(liveCloseCodes.tooSlow, 'too slow');
    if (now - this.#pingedAt < pingMs) return;
    this.#pingedAt = now;
    this.#socket.ping();
  }

  end(code: number, reason: string): void {
    this.#socket.close(code, reason);
    setTimeout(() => this.#socket.terminate(), closeMs).unref();
  }

  closed(): void {
    this.#endSession();
    this.#ports.sockets.release(this);
  }

  #mayAsk(): boolean {
    const now = performance.now();
    const gained = ((now - this.#allowanceAt) / 1_000) * messagesPerSecond;
    this.#allowance = Math.min(messagesPerSecond * 3, this.#allowance + gained) - 1;
    this.#allowanceAt = now;
    return this.#allowance >= 0;
  }
}

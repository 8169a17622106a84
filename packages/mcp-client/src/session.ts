import {
  Client,
  type jsonSchemaValidator,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  type Tool,
  type Transport,
} from '@modelcontextprotocol/client';
import { ExchangeScope, exchangeScopes } from './exchange-scope.ts';
import { HttpTransport } from './http-transport.ts';
import { answerLost, cancelled, deadlinePassed, failed, jsonAnswer, notMcp, notReached } from './outcomes.ts';
import { StdioTransport } from './stdio-transport.ts';
import { answerOf } from './tool-answer.ts';
import { digestOfServerTool } from './tool-digest.ts';
import type { McpCall, McpOutcome } from './types.ts';

/** Milliseconds before a deadline at which a call is given up, so that the server still hears of it. */
const cancelAheadMs = 10;
/** Milliseconds after which a server's list of tools is asked for again. */
const listAgeMs = 300_000;
/** Most tools of a server that are looked at, and most pages of its list. */
const maxListPages = 20;

/** Schemas come from the server: they are not compiled. What an answer must be is the document's to say. */
const acceptAll: jsonSchemaValidator = {
  getValidator: (() => (input: unknown) => ({
    valid: true,
    data: input,
    errorMessage: undefined,
  })) as unknown as jsonSchemaValidator['getValidator'],
};

/** The outcome of what was tried before a call was sent; the call must not go on. */
export class Stopped extends Error {
  readonly outcome: McpOutcome;
  constructor(outcome: McpOutcome) {
    super('stopped');
    this.outcome = outcome;
  }
}

/** One connection of the client library to one server, for one tenant, connection and credential. */
export class Session {
  ended = false;
  private readonly client: Client;
  private readonly transport: Transport;
  private list: { readonly at: number; readonly digests: Promise<ReadonlyMap<string, string>> } | null = null;

  constructor(transport: Transport) {
    this.transport = transport;
    this.client = new Client(
      { name: 'patchbay', version: '0.1.0' },
      {
        versionNegotiation: { mode: 'auto' },
        jsonSchemaValidator: acceptAll,
        listMaxPages: maxListPages,
        inputRequired: { autoFulfill: false },
      },
    );
    this.client.onclose = () => {
      this.ended = true;
    };
    this.client.setNotificationHandler('notifications/tools/list_changed', () => {
      this.list = null;
    });
  }

  /** Whether the server keeps something of the session, which it can forget. */
  get isKept(): boolean {
    return this.transport instanceof HttpTransport && this.transport.sessionId !== undefined;
  }

  /** What the server says of itself, once the session is open. */
  about(): { name: string; title?: string; version?: string; instructions?: string; protocol: string } {
    const { name = 'server', title, version } = this.client.getServerVersion() ?? {};
    const instructions = this.client.getInstructions();
    return {
      name,
      ...(title !== undefined && { title }),
      ...(version !== undefined && { version }),
      ...(instructions !== undefined && { instructions }),
      protocol: this.client.getNegotiatedProtocolVersion() ?? '',
    };
  }

  /** Agrees on a version with the server. @throws Stopped */
  async open(limitMs: number, maxResponseBytes: number): Promise<void> {
    const scope = new ExchangeScope(performance.now() + limitMs, maxResponseBytes);
    try {
      await exchangeScopes.run(scope, () => this.client.connect(this.transport, { timeout: limitMs }));
    } catch (error) {
      this.ended = true;
      scope.abort.abort();
      throw new Stopped(this.beforeTheCall(scope, error));
    }
  }

  /** The digest of a tool as the server lists it; null where it lists none of that name. @throws Stopped */
  async digestOf(tool: string, deadlineAt: number, maxResponseBytes: number): Promise<string | null> {
    const now = performance.now();
    if (this.list === null || now - this.list.at > listAgeMs) {
      const digests = this.tools(deadlineAt, maxResponseBytes).then(
        (tools) => new Map(tools.map((listed) => [listed.name, digestOfServerTool(listed)])),
      );
      const list = { at: now, digests };
      this.list = list;
      digests.catch(() => {
        if (this.list === list) this.list = null;
      });
    }
    return (await this.list.digests).get(tool) ?? null;
  }

  /** What the server offers. @throws Stopped */
  async tools(deadlineAt: number, maxResponseBytes: number): Promise<readonly Tool[]> {
    const scope = new ExchangeScope(deadlineAt, maxResponseBytes);
    try {
      const options = { timeout: Math.max(1, deadlineAt - performance.now()), cacheMode: 'refresh' as const };
      return (await exchangeScopes.run(scope, () => this.client.listTools(undefined, options))).tools;
    } catch (error) {
      scope.abort.abort();
      throw new Stopped(this.beforeTheCall(scope, error));
    }
  }

  async call({ request, tool, stdio }: McpCall, args: Record<string, unknown>, connectMs: number): Promise<McpOutcome> {
    const startedAt = performance.now();
    const traceparent = request.headers.traceparent;
    const scope = new ExchangeScope(
      request.deadlineAt,
      request.maxResponseBytes,
      traceparent === undefined ? {} : { traceparent },
    );
    const timing = () => ({ connectMs, queuedMs: 0, totalMs: connectMs + performance.now() - startedAt });
    const stop = new AbortController();
    scope.onStreamEnd = () => stop.abort('stream_end');
    const timer = setTimeout(() => stop.abort('deadline'), Math.max(1, request.deadlineAt - startedAt - cancelAheadMs));
    const onAbort = () => stop.abort('cancelled');
    request.signal?.addEventListener('abort', onAbort);
    try {
      const result = await exchangeScopes.run(scope, () =>
        this.client.callTool(
          { name: tool, arguments: args },
          {
            signal: stop.signal,
            timeout: request.deadlineAt - startedAt + 60_000,
          },
        ),
      );
      const { value, toolFailed } = answerOf(result);
      return jsonAnswer(value, toolFailed, timing());
    } catch (error) {
      if (error instanceof ProtocolError)
        return jsonAnswer(
          { error: { code: error.code, message: error.message }, message: error.message },
          true,
          timing(),
        );
      // Nothing more is read of the answer. Whether anything left is known once the request has settled.
      scope.abort.abort();
      await scope.settled;
      // A line to a program has left as soon as it is written.
      const sent =
        scope.sent || (stdio !== null && !(error instanceof SdkError && error.code === SdkErrorCode.NotConnected));
      if (scope.refusal !== null)
        return { ok: true, response: { ...scope.refusal, toolFailed: false }, timing: timing() };
      if (stop.signal.reason === 'deadline') return deadlinePassed(sent);
      if (stop.signal.reason === 'cancelled') return cancelled(sent);
      if (scope.failure !== null && scope.failure.kind !== 'aborted') return failed(scope.failure);
      if (stop.signal.reason === 'stream_end' || this.ended || isClosed(error)) return answerLost();
      return notMcp(sent);
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
    }
  }

  /** What a failure before the call means for it: it was not sent. */
  private beforeTheCall(scope: ExchangeScope, error: unknown): McpOutcome {
    const { refusal, failure } = scope;
    if (refusal !== null) {
      if (refusal.status >= 500)
        return notReached(`The MCP server answered ${refusal.status} to the opening of a session.`);
      return {
        ok: true,
        response: { ...refusal, toolFailed: false },
        timing: { connectMs: 0, queuedMs: 0, totalMs: 0 },
      };
    }
    if (failure !== null) {
      // Losing the connection here loses nothing.
      return failure.kind === 'connection_lost' ? notReached(failure.message) : failed({ ...failure, sent: false });
    }
    if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) return deadlinePassed(false);
    if (isClosed(error) || (this.transport instanceof StdioTransport && this.transport.hasEnded))
      return notReached('The MCP server ended.');
    return notMcp(false);
  }

  /** Tells the server, as far as it can be told, and lets go. */
  async end(): Promise<void> {
    const ended = this.ended;
    this.ended = true;
    if (!ended && this.transport instanceof HttpTransport)
      await this.transport.terminateSession().catch(() => undefined);
    await this.client.close().catch(() => undefined);
    await this.transport.close().catch(() => undefined);
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof SdkError && error.code === SdkErrorCode.ConnectionClosed;
}

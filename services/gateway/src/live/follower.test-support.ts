import { errorBody, events, type LiveEvent, type LiveServerMessage, newId } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { expect, vi } from 'vitest';
import { WebSocket } from 'ws';

type Kind = LiveServerMessage['kind'];
type Of<K extends Kind> = Extract<LiveServerMessage, { kind: K }>;

export interface FollowOptions {
  readonly headers?: Record<string, string>;
  readonly protocols?: string[];
  /** Sent once the socket is open. */
  readonly first?: unknown;
  readonly query?: string;
}

/** A client of `/v1/live`, as a test drives it. */
export interface Follower {
  readonly socket: WebSocket;
  readonly messages: LiveServerMessage[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  say(message: unknown): void;
  /** The first message of the kind that nobody took yet. */
  next<K extends Kind>(kind: K): Promise<Of<K>>;
  ask<K extends Kind>(message: unknown, kind: K): Promise<Of<K>>;
  subscribe(topic: string): Promise<void>;
  events(): LiveEvent[];
  /** Of the messages that told of them. */
  eventBytes(): number;
  /** The event about something, once it came. */
  event(subject: string): Promise<LiveEvent>;
  /** Of the last event. */
  cursor(): string;
}

function dial(url: string, { headers = {}, protocols = ['patchbay.v1'], query = '' }: FollowOptions): WebSocket {
  return new WebSocket(`${url.replace('http', 'ws')}/v1/live${query}`, protocols, { headers });
}

export async function follow(url: string, key: string | null, over: FollowOptions = {}): Promise<Follower> {
  const socket = dial(url, {
    ...over,
    headers: { ...(key !== null && { authorization: `Bearer ${key}` }), ...over.headers },
  });
  const messages: LiveServerMessage[] = [];
  const taken = new Set<LiveServerMessage>();
  const over_ = Promise.withResolvers<{ code: number; reason: string }>();
  let eventBytes = 0;
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(String(data)) as LiveServerMessage;
    if (message.kind === 'events') eventBytes += data.length;
    messages.push(message);
  });
  socket.on('close', (code, reason) => over_.resolve({ code, reason: String(reason) }));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const say = (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  if (over.first !== undefined) say(over.first);

  const next = <K extends Kind>(kind: K) =>
    vi.waitFor(
      () => {
        const found = messages.find((one) => one.kind === kind && !taken.has(one));
        if (found === undefined) throw new Error(`no message '${kind}' came`);
        taken.add(found);
        return found as Of<K>;
      },
      { timeout: 10_000, interval: 5 },
    );
  const ask = <K extends Kind>(message: unknown, kind: K) => {
    say(message);
    return next(kind);
  };
  const told = () => messages.flatMap((one) => (one.kind === 'events' ? one.events : []));
  return {
    socket,
    messages,
    closed: over_.promise,
    say,
    next,
    ask,
    subscribe: async (topic) => {
      expect(await ask({ kind: 'subscribe', topic }, 'subscribed')).toMatchObject({ topic });
    },
    eventBytes: () => eventBytes,
    events: () => told().map(({ event }) => event),
    event: (subject) =>
      vi.waitFor(
        () => {
          const found = told().find(({ event }) => event.subject === subject);
          if (found === undefined) throw new Error(`nothing was told of ${subject}`);
          return found.event;
        },
        { timeout: 10_000, interval: 5 },
      ),
    cursor: () => told().at(-1)?.cursor as string,
  };
}

/** What an upgrade is answered with that is refused. */
export function refusedUpgrade(url: string, over: FollowOptions): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const socket = dial(url, over);
    socket.on('open', () => {
      socket.terminate();
      reject(new Error('the upgrade was not refused'));
    });
    socket.on('error', () => {});
    socket.on('unexpected-response', (_request, answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) }));
    });
  });
}

/** Publishes as an executor that an execution finished; returns its id. */
export function publishFinished(
  executor: Messaging,
  tenant = 'acme',
  over: { readonly session?: string; readonly tool?: string; readonly said?: string } = {},
): string {
  const execution = newId('execution');
  executor.publishEvent(
    events.executionFinished,
    { tenant, execution },
    {
      execution_id: execution,
      session: over.session ?? null,
      result: {
        execution_id: execution,
        status: 'succeeded',
        error: over.said === undefined ? null : errorBody('upstream_error', { message: over.said }),
        truncated: false,
        tokens: 0,
        replayed: false,
        attempts: 1,
        tool: over.tool ?? 'echo',
        version: '1.0.0',
        timing: { total_ms: 1, upstream_ms: 1, overhead_ms: 0 },
      },
    },
  );
  return execution;
}

import { z } from 'zod';
import { ErrorCode } from '../errors.ts';
import { TenantId, TenantToken } from '../ids.ts';

/** The subprotocol of `/v1/live`. A page that cannot set headers offers `bearer.<key>` beside it; only this one is answered. */
export const liveProtocol = 'patchbay.v1';
export const liveBearerPrefix = 'bearer.';

/** What can be followed. Each asks for an access scope of its own. */
export const LiveTopic = z.enum([
  'executions',
  'plans',
  'submissions',
  'registry',
  'circuits',
  'connections',
  'webhooks',
  'subscriptions',
  'approvals',
]);
export type LiveTopic = z.infer<typeof LiveTopic>;

/** Why a socket was closed, beside the codes of RFC 6455. */
export const liveCloseCodes = {
  /** The key ended, or none came in time. Come with another. */
  notAuthenticated: 4401,
  notPermitted: 4403,
  /** It read too slowly for too long. Come again with the last cursor. */
  tooSlow: 4408,
  /** It sent too much, or the key has too many sockets open. */
  tooMany: 4429,
} as const;

/** A place in what a topic told: opaque, of one gateway. */
export const LiveCursor = z.string().regex(/^[0-9a-z]{8}\.[0-9a-z]{1,11}\.[0-9a-z]{1,11}$/, {
  error: 'expected a cursor as an event or a subscription brought it',
});

/** Only events of which each of these is exactly so. What an event does not have does not match. */
export const LiveFilter = z.strictObject({
  session: z.string().min(1).max(128).optional(),
  tool: z.string().min(1).max(64).optional(),
  integration: z.string().min(1).max(64).optional(),
  execution: z.string().min(1).max(64).optional(),
  plan: z.string().min(1).max(64).optional(),
  source: z.string().min(1).max(64).optional(),
});
export type LiveFilter = z.infer<typeof LiveFilter>;

/** What a client sends: JSON, one object a message, 16 KiB at most. */
export const LiveClientMessage = z.discriminatedUnion('kind', [
  /** The first message of a socket that brought no key, within five seconds. `tenant`: for keys of the platform. */
  z.strictObject({ kind: z.literal('authenticate'), key: z.string().min(1).max(8_192), tenant: TenantId.optional() }),
  /** A topic is followed once; asking again replaces what was asked. `cursor`: go on behind that event. */
  z.strictObject({
    kind: z.literal('subscribe'),
    topic: LiveTopic,
    cursor: LiveCursor.optional(),
    filter: LiveFilter.optional(),
  }),
  z.strictObject({ kind: z.literal('unsubscribe'), topic: LiveTopic }),
]);
export type LiveClientMessage = z.infer<typeof LiveClientMessage>;

/** CloudEvents 1.0 in structured JSON; `tenant` is an extension attribute. `source` and `id` together name the event. */
export const LiveEvent = z.object({
  specversion: z.literal('1.0'),
  id: z.string(),
  source: z.string(),
  type: z.string().regex(/^dev\.patchbay\.[a-z_.]+$/),
  time: z.string(),
  subject: z.string(),
  tenant: TenantToken,
  datacontenttype: z.literal('application/json'),
  /** As the event's own contract has it. Null when it was too large to be told: ask for what `subject` names. */
  data: z.record(z.string(), z.unknown()).nullable(),
});
export type LiveEvent = z.infer<typeof LiveEvent>;

/**
 * Events were missed, and what they were is not known here: look at the lists of the API.
 * `unknown_cursor`: of another gateway, or from before this one started or lost NATS. `too_old`: no longer kept.
 * `disconnected`: the gateway lost NATS for a while. `slow`: the client did not read them in time.
 */
export const LiveGap = z.object({
  reason: z.enum(['unknown_cursor', 'too_old', 'disconnected', 'slow']),
  /** RFC 3339, of the last event that was surely told; null when that is not known. */
  since: z.string().nullable(),
  /** How many, where that is known. */
  missed: z.int().positive().nullable(),
});
export type LiveGap = z.infer<typeof LiveGap>;

/** What a gateway sends. */
export const LiveServerMessage = z.discriminatedUnion('kind', [
  /** Comes first: who is in, and what may be followed. Something comes at least every `beat_ms`; else the socket is dead. */
  z.object({
    kind: z.literal('ready'),
    tenant: z.string(),
    topics: z.array(LiveTopic),
    beat_ms: z.int().positive(),
  }),
  /** From here on events are told. What a cursor asked for comes next; `gap` says what of it cannot. */
  z.object({
    kind: z.literal('subscribed'),
    topic: LiveTopic,
    cursor: LiveCursor,
    gap: LiveGap.nullable(),
  }),
  z.object({
    kind: z.literal('events'),
    topic: LiveTopic,
    events: z.array(z.object({ cursor: LiveCursor, event: LiveEvent })).min(1),
  }),
  z.object({ kind: z.literal('gap'), topic: LiveTopic, gap: LiveGap }),
  z.object({ kind: z.literal('unsubscribed'), topic: LiveTopic }),
  /** A message was not taken. The socket stays open. */
  z.object({
    kind: z.literal('refused'),
    topic: LiveTopic.nullable(),
    error: z.object({ code: ErrorCode, message: z.string(), speakable: z.string() }),
  }),
  z.object({ kind: z.literal('beat') }),
]);
export type LiveServerMessage = z.infer<typeof LiveServerMessage>;

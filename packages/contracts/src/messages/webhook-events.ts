import { z } from 'zod';
import { idSchema, SchemeId, TenantId } from '../ids.ts';

/** SHA-256 in hexadecimal. */
const Digest = z.string().regex(/^[0-9a-f]{64}$/);

/** The request that an event came in. */
export const WebhookRequestFacts = z.object({
  id: idSchema('webhookRequest'),
  method: z.string(),
  /** Public URL and query. */
  url: z.string(),
  /**
   * As they came and in that order; those that carry a credential are `[redacted]`, those that a signature is made with
   * are not.
   */
  headers: z.array(z.tuple([z.string(), z.string()])),
});

/**
 * A verified fact: what is known of a message of stream `WEBHOOKS` besides its payload. Travels in header `Patchbay-Event` as
 * base64url of its JSON.
 */
export const WebhookEvent = z.object({
  id: idSchema('event'),
  tenant: TenantId,
  source: idSchema('webhookSource'),
  scheme: SchemeId,
  variant: z.string(),
  /** Of the secret that matched; `certificate` where the vendor's certificate is all there is. */
  secret_id: z.string(),
  /** As the vendor names it. The subject has it with other characters as `_`. */
  type: z.string(),
  /** Null when the vendor gives none. */
  vendor_id: z.string().nullable(),
  /** SHA-256 of what tells it from others; null where each request is an event of its own. */
  dedup_key: Digest.nullable(),
  /** SHA-256 of what was signed, where the same signed bytes under another id are the same event. */
  guard_key: Digest.nullable(),
  received_at: z.iso.datetime(),
  request: WebhookRequestFacts,
  /** Its place among the events of its request, from 0, and how many those are. */
  index: z.int().nonnegative(),
  count: z.int().positive(),
  /** Of the request's body. */
  content_type: z.string().nullable(),
  traceparent: z.string().nullable(),
});
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** The header of `WEBHOOKS` with a `WebhookEvent`. */
export const webhookEventHeader = 'Patchbay-Event';

/** The event as its header carries it. */
export function encodeWebhookEvent(event: WebhookEvent): string {
  return Buffer.from(JSON.stringify(event)).toString('base64url');
}

/** The event of a header; null for what is none. */
export function decodeWebhookEvent(header: string | null): WebhookEvent | null {
  if (header === null) return null;
  try {
    return WebhookEvent.safeParse(JSON.parse(Buffer.from(header, 'base64url').toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}

/** Characters of an event's type in a subject. */
const maxTypeToken = 100;

/** An event's type as a token of a subject: what cannot stand there is `_`. */
export function eventTypeToken(type: string): string {
  return type.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, maxTypeToken) || '_';
}

/** Which events: all that are asked for must hold. */
export const WebhookEventFilter = z.strictObject({
  source: idSchema('webhookSource').optional(),
  /** Types, with `*` for any characters; one of them must fit. */
  types: z.array(z.string().min(1).max(256)).max(50).optional(),
  events: z.array(idSchema('event')).max(1_000).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  /** Stands somewhere in the payload. */
  text: z.string().min(1).max(256).optional(),
});
export type WebhookEventFilter = z.infer<typeof WebhookEventFilter>;

/** An event in a list: without its request's headers. */
export const WebhookEventSummary = WebhookEvent.omit({ request: true, traceparent: true }).extend({
  request_id: idSchema('webhookRequest'),
  payload_bytes: z.int().nonnegative(),
});
export type WebhookEventSummary = z.infer<typeof WebhookEventSummary>;

/** `svc.webhook-delivery.v1.events.list`: newest first. */
export const ListWebhookEventsRequest = WebhookEventFilter.extend({
  tenant: TenantId,
  limit: z.int().min(1).max(1_000).default(100),
  cursor: z.string().max(200).optional(),
});
export type ListWebhookEventsRequest = z.infer<typeof ListWebhookEventsRequest>;
export const ListWebhookEventsResult = z.object({
  events: z.array(WebhookEventSummary),
  next_cursor: z.string().nullable(),
});
export type ListWebhookEventsResult = z.infer<typeof ListWebhookEventsResult>;

/** Bytes of a body in one answer; the rest is asked for with an offset. */
export const maxShownBytes = 524_288;

/** `svc.webhook-delivery.v1.events.show` */
export const ShowWebhookEventRequest = z.strictObject({
  tenant: TenantId,
  event: idSchema('event'),
  /** `payload`: of this event. `request`: the whole body it came in. */
  body: z.enum(['payload', 'request']).default('payload'),
  offset: z.int().nonnegative().default(0),
});
export type ShowWebhookEventRequest = z.infer<typeof ShowWebhookEventRequest>;
export const ShowWebhookEventResult = z.object({
  event: WebhookEvent,
  /** Base64 of at most `maxShownBytes` from the offset on. */
  body: z.string(),
  offset: z.int().nonnegative(),
  total_bytes: z.int().nonnegative(),
});
export type ShowWebhookEventResult = z.infer<typeof ShowWebhookEventResult>;

import { z } from 'zod';
import { ErrorCode } from '../errors.ts';
import { idSchema, TenantId } from '../ids.ts';
import { WebhookEvent, WebhookEventFilter } from './webhook-events.ts';

/** What a webhook's event says on NATS and in the envelope of an HTTP target. */
export const DeliveredEvent = z.object({
  delivery: idSchema('delivery'),
  subscription: idSchema('subscription'),
  event: WebhookEvent.pick({
    id: true,
    tenant: true,
    source: true,
    scheme: true,
    type: true,
    vendor_id: true,
    received_at: true,
    content_type: true,
  }),
  /** The payload's JSON; null where it is none, or the whole would not fit a message. */
  body: z.unknown(),
  /** The payload as it came, base64, where `body` is null for another reason than being it; null where it would not fit. */
  body_base64: z.string().nullable(),
});
export type DeliveredEvent = z.infer<typeof DeliveredEvent>;

/** A message of stream `DELIVERIES`: the event lies in `WEBHOOKS`. Tenant and subscription are in its subject. */
export const StoredDelivery = z.object({
  delivery: idSchema('delivery'),
  event: idSchema('event'),
  source: idSchema('webhookSource'),
  event_type: z.string(),
  /** The event's sequence in `WEBHOOKS`. */
  sequence: z.int().positive(),
  /** Set when it is a replay or a redrive. */
  replay_of: idSchema('delivery').nullable(),
});
export type StoredDelivery = z.infer<typeof StoredDelivery>;

export const DeliveryAttempt = z.object({
  number: z.int().positive(),
  started_at: z.iso.datetime(),
  duration_ms: z.number().nonnegative(),
  outcome: z.enum(['succeeded', 'failed', 'refused', 'outcome_unknown']),
  /** HTTP status; null where there was none. */
  status: z.int().nullable(),
  error_code: ErrorCode.nullable(),
  /** For a developer. Holds no secret. */
  message: z.string().max(1_024).nullable(),
  /** The beginning of what the target answered, without what looks like a secret. */
  answer: z.string().max(1_024).nullable(),
  /** Of a tool target. */
  execution_id: idSchema('execution').nullable(),
});
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

/** `waiting`: for its next attempt, or a paused subscription. `dropped`: its subscription was removed or disabled. */
export const DeliveryState = z.enum(['waiting', 'succeeded', 'dead_letter', 'dropped']);
export type DeliveryState = z.infer<typeof DeliveryState>;

/** Value of KV `deliveries` at `<tenant>.<delivery>`. */
export const Delivery = z.object({
  id: idSchema('delivery'),
  tenant: TenantId,
  subscription: idSchema('subscription'),
  source: idSchema('webhookSource'),
  event: idSchema('event'),
  event_type: z.string(),
  state: DeliveryState,
  attempts: z.array(DeliveryAttempt),
  created_at: z.iso.datetime(),
  next_attempt_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  replay_of: idSchema('delivery').nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

/** `svc.webhook-delivery.v1.deliveries.list`: newest first. */
export const ListDeliveriesRequest = z.strictObject({
  tenant: TenantId,
  subscription: idSchema('subscription').optional(),
  event: idSchema('event').optional(),
  state: DeliveryState.optional(),
  limit: z.int().min(1).max(1_000).default(100),
  cursor: z.string().max(200).optional(),
});
export type ListDeliveriesRequest = z.infer<typeof ListDeliveriesRequest>;
export const ListDeliveriesResult = z.object({
  deliveries: z.array(Delivery.omit({ attempts: true }).extend({ attempts: z.int().nonnegative() })),
  next_cursor: z.string().nullable(),
});
export type ListDeliveriesResult = z.infer<typeof ListDeliveriesResult>;

/** `svc.webhook-delivery.v1.deliveries.show` */
export const ShowDeliveryRequest = z.strictObject({ tenant: TenantId, delivery: idSchema('delivery') });
export type ShowDeliveryRequest = z.infer<typeof ShowDeliveryRequest>;
export const ShowDeliveryResult = z.object({ delivery: Delivery });
export type ShowDeliveryResult = z.infer<typeof ShowDeliveryResult>;

/** Most that one replay or redrive takes; what is left is said. */
export const maxReplay = 10_000;

/** `svc.webhook-delivery.v1.replay`: events are delivered again, byte for byte. */
export const ReplayWebhooksRequest = WebhookEventFilter.extend({
  tenant: TenantId,
  /** Only to it, whether or not it would match now; left out, to all that match. */
  subscription: idSchema('subscription').optional(),
  /** Only counts. */
  dry_run: z.boolean().default(true),
  limit: z.int().min(1).max(maxReplay).default(1_000),
});
export type ReplayWebhooksRequest = z.infer<typeof ReplayWebhooksRequest>;
export const ReplayWebhooksResult = z.object({
  dry_run: z.boolean(),
  /** Events that the filter picks, within the limit. */
  events: z.int().nonnegative(),
  /** Deliveries that were begun, or would be. */
  deliveries: z.int().nonnegative(),
  /** The limit left some out. */
  more: z.boolean(),
});
export type ReplayWebhooksResult = z.infer<typeof ReplayWebhooksResult>;

/** `exhausted`: every attempt failed. `system`: what Patchbay itself could not do, such as an event that is gone. */
export const WebhookDeadLetterReason = z.enum(['exhausted', 'system']);
export type WebhookDeadLetterReason = z.infer<typeof WebhookDeadLetterReason>;

/** Value of KV `webhook_dead_letters` at `<tenant>.<delivery>`. The payload is in `WEBHOOKS` as long as that keeps it. */
export const WebhookDeadLetter = z.object({
  /** The delivery's id. */
  id: idSchema('delivery'),
  tenant: TenantId,
  subscription: idSchema('subscription'),
  source: idSchema('webhookSource'),
  event: idSchema('event'),
  event_type: z.string(),
  sequence: z.int().positive(),
  reason: WebhookDeadLetterReason,
  attempts: z.int().nonnegative(),
  last_attempt: DeliveryAttempt.nullable(),
  died_at: z.iso.datetime(),
});
export type WebhookDeadLetter = z.infer<typeof WebhookDeadLetter>;

const DeadLetterFilter = z.strictObject({
  subscription: idSchema('subscription').optional(),
  source: idSchema('webhookSource').optional(),
  reason: WebhookDeadLetterReason.optional(),
  ids: z.array(idSchema('delivery')).max(1_000).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});

/** `svc.webhook-delivery.v1.deadletters.list`: newest first. */
export const ListWebhookDeadLettersRequest = DeadLetterFilter.extend({
  tenant: TenantId,
  limit: z.int().min(1).max(1_000).default(100),
});
export type ListWebhookDeadLettersRequest = z.infer<typeof ListWebhookDeadLettersRequest>;
export const ListWebhookDeadLettersResult = z.object({
  dead_letters: z.array(WebhookDeadLetter),
  /** All that the filter picks. */
  total: z.int().nonnegative(),
});
export type ListWebhookDeadLettersResult = z.infer<typeof ListWebhookDeadLettersResult>;

/** `svc.webhook-delivery.v1.deadletters.show` */
export const ShowWebhookDeadLetterRequest = ShowDeliveryRequest.extend({});
export const ShowWebhookDeadLetterResult = z.object({
  dead_letter: WebhookDeadLetter,
  /** Null when its record is gone. */
  delivery: Delivery.nullable(),
});
export type ShowWebhookDeadLetterResult = z.infer<typeof ShowWebhookDeadLetterResult>;

/** `svc.webhook-delivery.v1.deadletters.redrive`, `.drop`: those that the filter picks, counted first. */
export const ChangeWebhookDeadLettersRequest = DeadLetterFilter.extend({
  tenant: TenantId,
  dry_run: z.boolean().default(true),
  limit: z.int().min(1).max(maxReplay).default(1_000),
});
export type ChangeWebhookDeadLettersRequest = z.infer<typeof ChangeWebhookDeadLettersRequest>;
export const ChangeWebhookDeadLettersResult = z.object({
  dry_run: z.boolean(),
  /** Redriven or dropped, or would be. */
  count: z.int().nonnegative(),
  /** The limit left some out. */
  more: z.boolean(),
});
export type ChangeWebhookDeadLettersResult = z.infer<typeof ChangeWebhookDeadLettersResult>;

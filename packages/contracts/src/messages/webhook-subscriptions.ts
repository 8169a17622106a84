import { z } from 'zod';
import { idSchema, TenantId, ToolName, Version } from '../ids.ts';
import { PlanRequest } from './plan.ts';
import { SealedSecret, XKey } from './vault.ts';
import { WebhookFilter } from './webhook-filter.ts';
import { defaultSecretOverlapMs, maxSecretOverlapMs, WebhookSecretEntry } from './webhook-sources.ts';

/** A name that stands in a subject. */
const SubjectToken = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, {
  error: "expected letters, digits, '_' and '-', at most 128",
});

/** Longest time between two attempts, and most of them. */
const maxRetryGapMs = 604_800_000;
const maxRetries = 50;

/**
 * Milliseconds before each further attempt: 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 6 h, 12 h, 24 h, 24 h. Three days in all.
 */
export const defaultRetrySchedule = [
  5_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000, 86_400_000,
] as const;

export const WebhookRetry = z.strictObject({
  schedule_ms: z
    .array(z.int().min(0).max(maxRetryGapMs))
    .max(maxRetries)
    .default([...defaultRetrySchedule]),
  /** Each wait is up to this share longer or shorter. */
  jitter: z.number().min(0).max(0.5).default(0.2),
});
export type WebhookRetry = z.infer<typeof WebhookRetry>;

/** Deliveries begun to one target: so many a second, and so many at once after a pause. */
export const WebhookRate = z.strictObject({
  per_second: z.number().positive().max(10_000),
  burst: z.int().min(1).max(10_000).default(1),
});
export type WebhookRate = z.infer<typeof WebhookRate>;

/**
 * Where events go. Texts of `arguments` and `plan` may have `{event.type}`, `{event.id}`, `{body.<path>}` and
 * `{header.<name>}` in them; one that is nothing but such a value becomes it, with its type.
 */
export const WebhookTarget = z.discriminatedUnion('kind', [
  /** `events.v1.<tenant>.webhook.<subject_name>`; by default the subscription's id. */
  z.strictObject({ kind: z.literal('nats'), subject_name: SubjectToken.optional() }),
  /** A POST, signed as Standard Webhooks says. `raw`: the body as it came. */
  z.strictObject({
    kind: z.literal('http'),
    url: z.url({ protocol: /^https?$/ }).max(2_048),
    headers: z
      .record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), z.string().max(1_024))
      .refine((headers) => Object.keys(headers).length <= 20, { error: 'at most 20 headers' })
      .default({}),
    payload: z.enum(['envelope', 'raw']).default('envelope'),
  }),
  z.strictObject({
    kind: z.literal('tool'),
    tool: ToolName,
    version: Version.optional(),
    arguments: z.record(z.string(), z.unknown()).default({}),
    connection: idSchema('connection').optional(),
  }),
  z.strictObject({ kind: z.literal('plan'), plan: PlanRequest.omit({ idempotency_key: true, plan_id: true }) }),
  /** `events.v1.<tenant>.session.<session>.webhook` */
  z.strictObject({ kind: z.literal('session'), session: SubjectToken }),
]);
export type WebhookTarget = z.infer<typeof WebhookTarget>;

/** `paused`: events wait. `disabled`: the target said that it is gone (410), or its time is over; events pass it by. */
export const SubscriptionState = z.strictObject({
  value: z.enum(['active', 'paused', 'disabled']),
  /** Null while it was never anything else. */
  reason: z.string().max(256).nullable(),
  since: z.iso.datetime(),
});
export type SubscriptionState = z.infer<typeof SubscriptionState>;

/** `events.v1.<tenant>.subscription.<id>.changed` */
export const SubscriptionChanged = z.object({ subscription: idSchema('subscription'), state: SubscriptionState });
export type SubscriptionChanged = z.infer<typeof SubscriptionChanged>;

const Types = z.array(z.string().min(1).max(256)).min(1).max(50);
const Concurrency = z.int().min(1).max(256);
const OrderBy = z.string().min(1).max(512);

/** Value of KV `subscriptions` at `<tenant>.<subscription>`. Holds no secret. */
export const WebhookSubscription = z.object({
  id: idSchema('subscription'),
  tenant: TenantId,
  name: z.string().max(120),
  /** Null: of every source of the tenant. */
  source: idSchema('webhookSource').nullable(),
  /** Types as the vendor names them, with `*` for any characters; one must fit. */
  types: Types,
  filter: WebhookFilter.nullable(),
  target: WebhookTarget,
  retry: WebhookRetry,
  rate: WebhookRate.nullable(),
  /** Deliveries under way at once. */
  concurrency: Concurrency,
  /** What makes a key, such as `{body.customer.id}`: events of one key go one after another. Null: no order. */
  order_by: OrderBy.nullable(),
  state: SubscriptionState,
  /** Removed after its first delivery. */
  once: z.boolean(),
  expires_at: z.iso.datetime().nullable(),
  /** Keys that an HTTP target's deliveries are signed with. */
  secrets: z.array(WebhookSecretEntry),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type WebhookSubscription = z.infer<typeof WebhookSubscription>;

/** `svc.webhook-delivery.v1.subscriptions.add` */
export const AddSubscriptionRequest = z.strictObject({
  tenant: TenantId,
  name: z.string().max(120).default(''),
  source: idSchema('webhookSource').nullable().default(null),
  types: Types.default(['*']),
  filter: WebhookFilter.nullable().default(null),
  target: WebhookTarget,
  retry: WebhookRetry.prefault({}),
  rate: WebhookRate.nullable().default(null),
  concurrency: Concurrency.default(8),
  order_by: OrderBy.nullable().default(null),
  once: z.boolean().default(false),
  expires_at: z.iso.datetime().nullable().default(null),
  /** Whom the signing key of an HTTP target is sealed to; without it nobody is told, and `rotate_key` makes one that is. */
  recipient: XKey.optional(),
});
export type AddSubscriptionRequest = z.infer<typeof AddSubscriptionRequest>;
export const SubscriptionResult = z.object({ subscription: WebhookSubscription });
export type SubscriptionResult = z.infer<typeof SubscriptionResult>;
/** With a new signing key (`whsec_…`), as a `WebhookSecretValue` sealed to whoever asked; told once. */
export const SubscriptionKeyResult = SubscriptionResult.extend({ sealed_secret: SealedSecret.nullable() });
export type SubscriptionKeyResult = z.infer<typeof SubscriptionKeyResult>;

/** `svc.webhook-delivery.v1.subscriptions.list` */
export const ListSubscriptionsRequest = z.strictObject({
  tenant: TenantId,
  source: idSchema('webhookSource').optional(),
});
export type ListSubscriptionsRequest = z.infer<typeof ListSubscriptionsRequest>;
export const ListSubscriptionsResult = z.object({ subscriptions: z.array(WebhookSubscription) });
export type ListSubscriptionsResult = z.infer<typeof ListSubscriptionsResult>;

/** `svc.webhook-delivery.v1.subscriptions.show`, `.remove`, `.resume`. Removing destroys its keys and what waits for it. */
export const SubscriptionName = z.strictObject({ tenant: TenantId, subscription: idSchema('subscription') });
export type SubscriptionName = z.infer<typeof SubscriptionName>;

/** `svc.webhook-delivery.v1.subscriptions.change`: fields left out stay as they are. The target keeps its kind. */
export const ChangeSubscriptionRequest = SubscriptionName.extend({
  name: z.string().max(120).optional(),
  source: idSchema('webhookSource').nullable().optional(),
  types: Types.optional(),
  filter: WebhookFilter.nullable().optional(),
  target: WebhookTarget.optional(),
  retry: WebhookRetry.optional(),
  rate: WebhookRate.nullable().optional(),
  concurrency: Concurrency.optional(),
  order_by: OrderBy.nullable().optional(),
  expires_at: z.iso.datetime().nullable().optional(),
});
export type ChangeSubscriptionRequest = z.infer<typeof ChangeSubscriptionRequest>;

/** `svc.webhook-delivery.v1.subscriptions.pause` */
export const PauseSubscriptionRequest = SubscriptionName.extend({ reason: z.string().max(256).optional() });
export type PauseSubscriptionRequest = z.infer<typeof PauseSubscriptionRequest>;

/** `svc.webhook-delivery.v1.subscriptions.rotate_key`: both keys sign until the overlap is over. */
export const RotateSubscriptionKeyRequest = SubscriptionName.extend({
  overlap_ms: z.int().min(0).max(maxSecretOverlapMs).default(defaultSecretOverlapMs),
  recipient: XKey,
});
export type RotateSubscriptionKeyRequest = z.infer<typeof RotateSubscriptionKeyRequest>;

/** Longest and default time that a session waits for a webhook, in milliseconds: a day, and ten minutes. */
export const maxAwaitMs = 86_400_000;
export const defaultAwaitMs = 600_000;

/** `tools.v1.<tenant>.await`: a subscription of one delivery for a session, such as the callback of an async tool. */
export const AwaitWebhookRequest = z.strictObject({
  session: SubjectToken,
  source: idSchema('webhookSource').optional(),
  types: Types.default(['*']),
  filter: WebhookFilter.optional(),
  timeout_ms: z.int().min(1).max(maxAwaitMs).default(defaultAwaitMs),
});
export type AwaitWebhookRequest = z.infer<typeof AwaitWebhookRequest>;
export const AwaitWebhookResult = z.object({
  subscription: idSchema('subscription'),
  /** Where the event comes: `events.v1.<tenant>.session.<session>.webhook`. */
  subject: z.string(),
  expires_at: z.iso.datetime(),
});
export type AwaitWebhookResult = z.infer<typeof AwaitWebhookResult>;

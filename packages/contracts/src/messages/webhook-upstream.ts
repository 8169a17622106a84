import { z } from 'zod';
import { IntegrationId, idSchema, SchemeId, TenantId } from '../ids.ts';
import { SealedSecret } from './vault.ts';

/** Events by the vendor's names for them. */
export const UpstreamEvents = z.array(z.string().min(1).max(200)).max(200);
/** What the integration's document asks of the operator, such as which repository. Not secret. */
export const UpstreamArguments = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/), z.unknown())
  .refine((args) => JSON.stringify(args).length <= 16_384, { error: 'at most 16,384 characters as JSON' });

/** Longest time for one request about webhooks, in milliseconds. */
export const maxWebhookCallMs = 15_000;
const Deadline = z.int().min(1).max(maxWebhookCallMs).default(10_000);

/** What a source asks of its vendor. */
export const UpstreamOrder = z.strictObject({
  integration: IntegrationId,
  connection: idSchema('connection'),
  /** None: those that the integration's document names. */
  events: UpstreamEvents.default([]),
  arguments: UpstreamArguments.default({}),
});
export type UpstreamOrder = z.infer<typeof UpstreamOrder>;

/** What a source has at its vendor. */
export const SourceUpstream = z.object({
  ...UpstreamOrder.shape,
  /**
   * `registering`: asked for, and nobody has said what became of it. `registered`. `unsettled`: it failed half way, and the
   * vendor may hold `webhook_id`, or one with the source's URL.
   */
  state: z.enum(['registering', 'registered', 'unsettled']),
  /** Where the vendor was told to send to. */
  url: z.string(),
  /** The vendor's; null until it is known. */
  webhook_id: z.string().nullable(),
  /** Out of the vendor's answer. */
  settings: z.record(z.string(), z.string()),
  registered_at: z.iso.datetime().nullable().default(null),
  /** When the vendor ends the webhook; null for one that stays. Another takes its place in time. */
  expires_at: z.iso.datetime().nullable().default(null),
  /** Until then somebody is at it already, or it was tried and failed. */
  renew_after: z.iso.datetime().nullable().default(null),
  /** Webhooks whose place was taken, which the vendor may still have. */
  replaced: z.array(z.object({ webhook_id: z.string(), settings: z.record(z.string(), z.string()) })).default([]),
});
export type SourceUpstream = z.infer<typeof SourceUpstream>;

const Call = z.strictObject({
  tenant: TenantId,
  integration: IntegrationId,
  connection: idSchema('connection'),
  arguments: UpstreamArguments.default({}),
  deadline_ms: Deadline,
});

/**
 * `svc.executor.v1.webhooks.register`: one registration, never repeated once it may have left. Fails as an execution does;
 * with `outcome_unknown` the vendor may hold a webhook to `url`. With `response_invalid` it does hold one that is of no use:
 * `details.webhook_id` says which, where the vendor did.
 */
export const RegisterWebhookRequest = Call.extend({
  /** Where the vendor shall send to. */
  url: z.url().max(2_048),
  /** None: those that the document names. */
  events: UpstreamEvents.default([]),
  /** What the source's requests will be held to: that of the document, or nothing is sent. */
  scheme: SchemeId,
});
export type RegisterWebhookRequest = z.infer<typeof RegisterWebhookRequest>;

export const RegisterWebhookResult = z.object({
  execution_id: idSchema('execution'),
  /** The vendor's. */
  webhook_id: z.string(),
  events: UpstreamEvents,
  /** Out of the vendor's answer. */
  settings: z.record(z.string(), z.string()),
  /** When the vendor ends it; null for never. */
  expires_at: z.iso.datetime().nullable(),
  /** A `WebhookSecretValue` sealed to the vault's key by the executor; null where a handshake brings it, or there is none. */
  sealed_secret: SealedSecret.nullable(),
});
export type RegisterWebhookResult = z.infer<typeof RegisterWebhookResult>;

/** `svc.executor.v1.webhooks.list`: the ids of the connection's webhooks that go to this URL, and of no others. */
export const FindWebhooksRequest = Call.extend({ url: z.url().max(2_048) });
export type FindWebhooksRequest = z.infer<typeof FindWebhooksRequest>;
export const FindWebhooksResult = z.object({
  execution_id: idSchema('execution'),
  /** Null: the vendor has no way to ask. */
  webhook_ids: z.array(z.string()).nullable(),
});
export type FindWebhooksResult = z.infer<typeof FindWebhooksResult>;

/** `svc.executor.v1.webhooks.remove`: one that is not there counts as removed. */
export const RemoveWebhookRequest = Call.extend({
  webhook_id: z.string().min(1).max(1_024),
  url: z.url().max(2_048),
  settings: z.record(z.string(), z.string()).default({}),
});
export type RemoveWebhookRequest = z.infer<typeof RemoveWebhookRequest>;
export const RemoveWebhookResult = z.object({
  execution_id: idSchema('execution'),
  /** False: it was not there. */
  removed: z.boolean(),
});
export type RemoveWebhookResult = z.infer<typeof RemoveWebhookResult>;

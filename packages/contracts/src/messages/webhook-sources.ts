import { z } from 'zod';
import { idSchema, SchemeId, TenantId } from '../ids.ts';
import { SealedSecret } from './vault.ts';
import { SourceUpstream, UpstreamOrder } from './webhook-upstream.ts';

/** One of a scheme's variants. */
export const SchemeVariant = z.string().regex(/^[a-z0-9_]{1,40}$/);

/** What a scheme's templates name as `{setting:…}`. Not secret. */
const Settings = z.record(z.string().regex(/^[a-z_]{1,40}$/), z.string().min(1).max(1_024));

/** Where vendors reach us, without a path: what a URL-signed request was signed for. Never taken from a request. */
export const PublicBaseUrl = z
  .url({ protocol: /^https?$/, error: 'expected an URL such as https://hooks.example.com' })
  .max(512)
  .refine((url) => !/[?#]/.test(url) && !/\/\/[^/]*@/.test(url), { error: 'without a query, a fragment or a user' })
  .transform((url) => url.replace(/\/+$/, ''));

/** A secret of a source or a subscription as its record names it: the value is in the vault. */
export const WebhookSecretEntry = z.object({
  id: idSchema('webhookSecret'),
  created_at: z.iso.datetime(),
  /** From then on it no longer counts; null for never. */
  expires_at: z.iso.datetime().nullable(),
});
export type WebhookSecretEntry = z.infer<typeof WebhookSecretEntry>;

/** `verify`: what its vendor signed becomes events. `capture`: a bin; everything is kept for a day, and nothing becomes one. */
export const WebhookSourceMode = z.enum(['verify', 'capture']);

/** Value of KV `webhook_sources` at `<tenant>.<source>`. Holds no secret. */
export const WebhookSource = z.object({
  id: idSchema('webhookSource'),
  tenant: TenantId,
  name: z.string().max(120),
  mode: WebhookSourceMode,
  /** Null for `capture`. */
  scheme: SchemeId.nullable(),
  /** Null: the first of the scheme that fits a request. */
  variant: SchemeVariant.nullable(),
  settings: z.record(z.string(), z.string()),
  secrets: z.array(WebhookSecretEntry),
  /** In the place of the ingress's own; null for that. */
  public_url: z.string().nullable(),
  /** Hours in which a second copy is the same event; null for the scheme's. */
  dedup_window_h: z.int().min(72).max(720).nullable(),
  enabled: z.boolean(),
  /** Left out: somebody enters its URL at the vendor. */
  upstream: SourceUpstream.optional(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type WebhookSource = z.infer<typeof WebhookSource>;

/** A source, and the URL to enter at its vendor; null as long as nobody told the ingress where it is reached. */
export const WebhookSourceView = WebhookSource.extend({ url: z.string().nullable() });
export type WebhookSourceView = z.infer<typeof WebhookSourceView>;

/** The path under which a source takes webhooks. */
export function hookPath(source: string): string {
  return `/hooks/${source}`;
}

const DedupWindow = WebhookSource.shape.dedup_window_h;

/** `svc.webhook-ingress.v1.sources.add` */
export const AddSourceRequest = z
  .strictObject({
    tenant: TenantId,
    name: z.string().max(120).default(''),
    mode: WebhookSourceMode.default('verify'),
    scheme: SchemeId.optional(),
    variant: SchemeVariant.optional(),
    settings: Settings.default({}),
    public_url: PublicBaseUrl.optional(),
    dedup_window_h: DedupWindow.default(null),
    /** A `WebhookSecretValue` sealed to the vault's key. Left out where the vendor's handshake brings it, or there is none. */
    sealed_secret: SealedSecret.optional(),
    /** Registers it at the vendor. The answer then comes after the vendor's. */
    upstream: UpstreamOrder.optional(),
  })
  .refine(({ mode, scheme }) => (mode === 'verify') === (scheme !== undefined), {
    path: ['scheme'],
    error: 'is needed to verify, and a capture has none',
  })
  .refine(({ upstream, mode, sealed_secret }) => upstream === undefined || (mode === 'verify' && !sealed_secret), {
    path: ['upstream'],
    error: 'brings its own secret, and is none of a capture',
  });
export type AddSourceRequest = z.infer<typeof AddSourceRequest>;
export const SourceResult = z.object({ source: WebhookSourceView });
export type SourceResult = z.infer<typeof SourceResult>;

/** `svc.webhook-ingress.v1.sources.list` */
export const ListSourcesRequest = z.strictObject({ tenant: TenantId });
export type ListSourcesRequest = z.infer<typeof ListSourcesRequest>;
export const ListSourcesResult = z.object({ sources: z.array(WebhookSourceView) });
export type ListSourcesResult = z.infer<typeof ListSourcesResult>;

/** `svc.webhook-ingress.v1.sources.show` */
export const SourceName = z.strictObject({ tenant: TenantId, source: idSchema('webhookSource') });
export type SourceName = z.infer<typeof SourceName>;

/**
 * `svc.webhook-ingress.v1.sources.remove`: ends its URL and destroys its secrets; events stay. One that was registered at
 * its vendor is removed there first; when that fails nothing else is removed either.
 */
export const RemoveSourceRequest = SourceName.extend({
  /** Remove it here whatever the vendor says. */
  force: z.boolean().default(false),
});
export type RemoveSourceRequest = z.infer<typeof RemoveSourceRequest>;
export const RemoveSourceResult = SourceResult.extend({
  /** With `force`: ids of webhooks that the vendor may still have. */
  left_at_vendor: z.array(z.string()).optional(),
});
export type RemoveSourceResult = z.infer<typeof RemoveSourceResult>;

/** `svc.webhook-ingress.v1.sources.change`: fields left out stay as they are; null gives one back to its default. */
export const ChangeSourceRequest = SourceName.extend({
  name: z.string().max(120).optional(),
  variant: SchemeVariant.nullable().optional(),
  /** All of them anew. */
  settings: Settings.optional(),
  public_url: PublicBaseUrl.nullable().optional(),
  dedup_window_h: DedupWindow.optional(),
  /** Off: its URL answers as if it were not there. */
  enabled: z.boolean().optional(),
});
export type ChangeSourceRequest = z.infer<typeof ChangeSourceRequest>;

/** Longest time for which the secrets before go on counting, in milliseconds: thirty days. */
export const maxSecretOverlapMs = 2_592_000_000;
/** Default overlap: a day, in milliseconds. */
export const defaultSecretOverlapMs = 86_400_000;

/** `svc.webhook-ingress.v1.secrets.add`: a further secret; those before end after the overlap, 0 at once. */
export const AddSourceSecretRequest = SourceName.extend({
  sealed_secret: SealedSecret,
  overlap_ms: z.int().min(0).max(maxSecretOverlapMs).default(defaultSecretOverlapMs),
});
export type AddSourceSecretRequest = z.infer<typeof AddSourceSecretRequest>;

/** `svc.webhook-ingress.v1.secrets.remove`: at once. */
export const RemoveSourceSecretRequest = SourceName.extend({ secret_id: idSchema('webhookSecret') });
export type RemoveSourceSecretRequest = z.infer<typeof RemoveSourceSecretRequest>;

/** Where a request was turned away. */
export const HookStep = z.enum(['size', 'challenge', 'verify', 'events', 'none']);
export type HookStep = z.infer<typeof HookStep>;

/** A request that did not become an event, without its body: it was rejected, or came to a bin. */
export const KeptRequest = z.object({
  id: idSchema('webhookRequest'),
  tenant: TenantId,
  source: idSchema('webhookSource'),
  kind: z.enum(['rejected', 'captured']),
  received_at: z.iso.datetime(),
  /** What it was answered with. */
  status: z.int(),
  /** `none` for one that was not rejected. */
  step: HookStep,
  /** Out of the closed list of `RefusalReason` in webhook-schemes, `too_large` or `method`; null for what was not rejected. */
  reason: z.string().max(64).nullable(),
  /** For a developer. Holds no secret. */
  message: z.string().max(1_024).nullable(),
  scheme: SchemeId.nullable(),
  variant: z.string().max(64).nullable(),
  method: z.string().max(16),
  /** Public URL and query; what a scheme says is a secret in it is `[redacted]`. */
  url: z.string().max(16_384),
  /** Bytes of the whole body. */
  body_bytes: z.int().nonnegative(),
});
export type KeptRequest = z.infer<typeof KeptRequest>;

/** Bytes of a kept request's body, and of what was signed, that are kept. */
export const maxKeptBytes = 262_144;

/** Kept requests of one source: a new one takes the place of the oldest. */
export const keptSlots = { rejected: 50, captured: 200 } as const;

/** Value of KV `webhook_rejected` at `<tenant>.<source>.<slot>`. */
export const StoredKeptRequest = KeptRequest.extend({
  /** As they came and in that order; those that carry a credential are `[redacted]`. */
  headers: z.array(z.tuple([z.string(), z.string()])),
  /** Base64, the first `maxKeptBytes`. */
  body: z.string(),
  /** What the signature was computed over, base64, the first `maxKeptBytes`; null when it did not come to that. */
  signed: z.string().nullable(),
});
export type StoredKeptRequest = z.infer<typeof StoredKeptRequest>;

/** `svc.webhook-ingress.v1.rejected.list`: newest first. */
export const ListRejectedRequest = SourceName.extend({
  kind: KeptRequest.shape.kind.optional(),
  limit: z.int().min(1).max(200).default(50),
});
export type ListRejectedRequest = z.infer<typeof ListRejectedRequest>;
export const ListRejectedResult = z.object({ requests: z.array(KeptRequest) });
export type ListRejectedResult = z.infer<typeof ListRejectedResult>;

/** `svc.webhook-ingress.v1.rejected.show` */
export const ShowRejectedRequest = SourceName.extend({ request: idSchema('webhookRequest') });
export type ShowRejectedRequest = z.infer<typeof ShowRejectedRequest>;
export const ShowRejectedResult = z.object({ request: StoredKeptRequest });
export type ShowRejectedResult = z.infer<typeof ShowRejectedResult>;

import { z } from 'zod';
import { IntegrationId, idSchema, Scope, TenantId } from '../ids.ts';
import { Connection, SealedSecret } from './vault.ts';

/** What an app registered at a vendor is known by there. */
export const OAuthClient = z.strictObject({
  client_id: z.string().min(1).max(1_024),
  client_secret: z.string().min(1).max(4_096).optional(),
  /** PKCS #8 in PEM, for `private_key_jwt` and `jwt_bearer`. */
  private_key: z.string().min(1).max(16_384).optional(),
  /** `kid` of the JWTs signed with it. */
  key_id: z.string().min(1).max(256).optional(),
  algorithm: z.enum(['RS256', 'PS256', 'ES256', 'EdDSA']).optional(),
});
export type OAuthClient = z.infer<typeof OAuthClient>;

/** A stored client as others see it. */
export const OAuthClientInfo = z.object({
  scope: Scope,
  integration: IntegrationId,
  client_id: z.string(),
  has_secret: z.boolean(),
  has_private_key: z.boolean(),
  updated_at: z.string(),
});
export type OAuthClientInfo = z.infer<typeof OAuthClientInfo>;

/** `svc.vault.v1.oauth_clients.set`: stores or replaces the client for an integration's document of that scope. */
export const SetOAuthClientRequest = z.strictObject({
  scope: Scope,
  integration: IntegrationId,
  sealed_client: SealedSecret,
});
export type SetOAuthClientRequest = z.infer<typeof SetOAuthClientRequest>;
export const SetOAuthClientResult = z.object({ client: OAuthClientInfo });
export type SetOAuthClientResult = z.infer<typeof SetOAuthClientResult>;

/** `svc.vault.v1.oauth_clients.remove` */
export const RemoveOAuthClientRequest = z.strictObject({ scope: Scope, integration: IntegrationId });
export type RemoveOAuthClientRequest = z.infer<typeof RemoveOAuthClientRequest>;
export const RemoveOAuthClientResult = z.object({ removed: z.boolean() });

/** Seconds that somebody has to follow a connect link. */
export const connectLinkSeconds = { default: 600, least: 60, most: 86_400 } as const;

/** `svc.vault.v1.connects.start`: begins to connect a tenant to an OAuth integration. */
export const StartConnectRequest = z.strictObject({
  tenant: TenantId,
  integration: IntegrationId,
  label: z.string().max(120).default(''),
  variables: z.record(z.string(), z.string().max(1_024)).default({}),
  make_default: z.boolean().default(false),
  /** An existing connection that is to get a new token. */
  connection: idSchema('connection').optional(),
  lifetime_s: z.int().min(connectLinkSeconds.least).max(connectLinkSeconds.most).default(connectLinkSeconds.default),
  /** token_exchange: the token to exchange, sealed to the vault. */
  sealed_subject_token: SealedSecret.optional(),
});
export type StartConnectRequest = z.infer<typeof StartConnectRequest>;

/** How a connect goes on: by a link that somebody follows, by a code typed at another device, or it is done already. */
export const StartConnectResult = z.discriminatedUnion('next', [
  z.object({ next: z.literal('link'), connect: idSchema('connect'), url: z.string(), expires_at: z.string() }),
  z.object({
    next: z.literal('device'),
    connect: idSchema('connect'),
    user_code: z.string(),
    verification_uri: z.string(),
    verification_uri_complete: z.string().nullable(),
    /** Seconds between two looks at `svc.vault.v1.connects.get`. */
    interval_s: z.int().positive(),
    expires_at: z.string(),
  }),
  z.object({ next: z.literal('none'), connection: Connection }),
]);
export type StartConnectResult = z.infer<typeof StartConnectResult>;

/** `svc.vault.v1.connects.get`: what became of it. Looking at one by device asks the vendor. */
export const GetConnectRequest = z.strictObject({ tenant: TenantId, connect: idSchema('connect') });
export type GetConnectRequest = z.infer<typeof GetConnectRequest>;
export const GetConnectResult = z.object({
  state: z.enum(['waiting', 'connected', 'failed', 'expired']),
  connection: idSchema('connection').nullable(),
  /** Why it failed, for a developer; null otherwise. */
  reason: z.string().nullable(),
});
export type GetConnectResult = z.infer<typeof GetConnectResult>;

/** `events.v1.<tenant>.connection.<id>.expired`: the connection needs somebody to connect it again. */
export const ConnectionExpired = z.object({
  connection: idSchema('connection'),
  integration: IntegrationId,
  /** `refresh_refused`, or `no_refresh_token`. */
  reason: z.enum(['refresh_refused', 'no_refresh_token']),
});
export type ConnectionExpired = z.infer<typeof ConnectionExpired>;

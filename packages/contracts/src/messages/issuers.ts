import { z } from 'zod';
import { TenantId } from '../ids.ts';
import { Role } from './identity.ts';

/** What an issuer may sign tokens with: by a key of which it alone holds the private half. */
export const TokenAlgorithm = z.enum([
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]);
export type TokenAlgorithm = z.infer<typeof TokenAlgorithm>;

/** An address without query, fragment or credentials. Whether it may be asked is the guard's to say. */
const PlainUrl = z
  .url({ protocol: /^https?$/ })
  .max(512)
  .refine((text) => !/[?#@]/.test(text), { error: 'must have no query, no fragment and no credentials' });
const ClaimName = z.string().min(1).max(128);

/** How a tenant's people, or its services, come in by tokens of an OpenID Connect provider. */
export const IssuerSettings = z.strictObject({
  /** Exactly what tokens have as `iss`. */
  issuer: PlainUrl,
  /** What tokens must have in `aud`. No two tenants have the same of one issuer: it is what tells their tokens apart. */
  audience: z.string().min(1).max(256),
  /** Where its keys are; null: where its discovery document says. */
  jwks_url: PlainUrl.nullable().default(null),
  /** The claim that says the role: one value or a list; dots lead into objects where no claim has the whole name. */
  role_claim: ClaimName.default('role'),
  /** What its values mean. A token with none of them is refused. */
  roles: z
    .record(z.string().min(1).max(128), Role)
    .refine((roles) => Object.keys(roles).length >= 1 && Object.keys(roles).length <= 50, {
      error: 'expected 1 to 50 values',
    }),
  /** The claim that says which agent calls are recorded as made by; null: none does. */
  agent_claim: ClaimName.nullable().default(null),
  /** The claim that says the session that calls are held to; null: none does. */
  session_claim: ClaimName.nullable().default(null),
  algorithms: z.array(TokenAlgorithm).min(1).max(TokenAlgorithm.options.length).default(['RS256', 'ES256', 'EdDSA']),
  /** Seconds for which a token is taken at most, whatever it says itself. Default a day. */
  max_age_s: z.int().min(60).max(604_800).default(86_400),
});
export type IssuerSettings = z.infer<typeof IssuerSettings>;
export type IssuerSettingsInput = z.input<typeof IssuerSettings>;

/** Tokens that are no longer taken: one by its `jti`, or all issued until `at` to a subject or, without either, to anyone. */
export const SignOut = z.object({
  jti: z.string().nullable(),
  subject: z.string().nullable(),
  at: z.iso.datetime(),
  /** When the last of them has ended by itself. */
  until: z.iso.datetime(),
});
export type SignOut = z.infer<typeof SignOut>;

/** Value of KV `identity` at `issuer.<tenant>`. */
export const TrustedIssuer = z.object({
  ...IssuerSettings.shape,
  tenant: TenantId,
  /** Of its settings. Tokens taken before are not taken on: each is looked at anew. */
  changed_at: z.iso.datetime(),
  changed_by: z.string(),
  signed_out: z.array(SignOut),
});
export type TrustedIssuer = z.infer<typeof TrustedIssuer>;

/** Sign-outs kept for an issuer at once. */
export const maxSignOuts = 50;

/** Whom to sign out: the token with an id, a subject, or with neither everybody. */
export const SignOutTarget = z
  .strictObject({ jti: z.string().min(1).max(200).optional(), subject: z.string().min(1).max(200).optional() })
  .refine(({ jti, subject }) => jti === undefined || subject === undefined, {
    error: 'expected jti or subject, not both',
  });
export type SignOutTarget = z.infer<typeof SignOutTarget>;

/** `svc.gateway.v1.issuers.list`: by tenant. Without `tenant`: every tenant's. */
export const ListIssuersRequest = z.strictObject({ tenant: TenantId.optional() });
export const ListIssuersResult = z.object({ issuers: z.array(TrustedIssuer) });

/** `svc.gateway.v1.issuers.set`: in the place of the one that was there. */
export const SetIssuerRequest = IssuerSettings.extend({ tenant: TenantId });
export const SetIssuerResult = z.object({ issuer: TrustedIssuer, created: z.boolean() });
export type SetIssuerResult = z.infer<typeof SetIssuerResult>;

/** `svc.gateway.v1.issuers.remove`: none of its tokens is taken any more. */
export const RemoveIssuerRequest = z.strictObject({ tenant: TenantId });
export const RemoveIssuerResult = z.object({ issuer: TrustedIssuer });

/** `svc.gateway.v1.issuers.sign_out` */
export const SignOutRequest = z.strictObject({ tenant: TenantId, target: SignOutTarget });
export const SignOutResult = z.object({ issuer: TrustedIssuer });

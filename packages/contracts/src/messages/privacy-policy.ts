import { z } from 'zod';
import { TenantId } from '../ids.ts';

/**
 * What becomes of something personal. `allow`: it stays. `redact`: `[email]` stands in its place. `mask`: the last four
 * characters stay. `tokenise`: a token stands in its place, the same for the same value, that says nothing once the tenant's key
 * for it is destroyed. `block`: the whole does not go on.
 */
export const PrivacyAction = z.enum(['allow', 'redact', 'mask', 'tokenise', 'block']);
export type PrivacyAction = z.infer<typeof PrivacyAction>;

/** What is found in texts, as the engine for it names it, such as `email` or `us_ssn`. */
const EntityName = z.string().regex(/^[a-z][a-z0-9_]{1,39}$/, { error: 'expected an entity such as email' });

/** What happens to data that goes one way. */
export const PrivacyRules = z.strictObject({
  /** For entities that `entities` does not name. */
  default: PrivacyAction.default('allow'),
  /** For what is found in texts. */
  entities: z.record(EntityName, PrivacyAction).default({}),
  /** For whole values of fields that a tool's document marks, or whose names tell. */
  marks: z
    .strictObject({ pii: PrivacyAction.optional(), phi: PrivacyAction.optional(), secret: PrivacyAction.optional() })
    .default({}),
  /** Tools, or for webhooks sources, that the rules are not for; `gmail_*` means all that begin so. */
  except: z
    .array(z.string().regex(/^[A-Za-z0-9_.-]{1,64}\*?$/, { error: 'expected a name, or a beginning and *' }))
    .max(100)
    .default([]),
});
export type PrivacyRules = z.infer<typeof PrivacyRules>;

/**
 * What audit keeps of arguments, by the mark of each: by default nothing. `allow` is for `safe` alone: what is personal comes
 * into the log as a token, or as the word that it was there.
 */
export const LogRules = z.strictObject({
  safe: z.enum(['allow', 'redact', 'block']).default('block'),
  pii: z.enum(['redact', 'tokenise', 'block']).default('block'),
  phi: z.enum(['redact', 'tokenise', 'block']).default('block'),
});
export type LogRules = z.infer<typeof LogRules>;

/** What a tenant wants done with personal data. Whatever is left out stays as it is. */
export const PrivacyPolicy = z.strictObject({
  /** The tenant may use tools for health information: there is an agreement for it, such as HIPAA's. */
  hipaa: z.boolean().default(false),
  /** Before a call leaves for the upstream. */
  arguments: PrivacyRules.optional(),
  /** Before an answer goes to the agent. */
  results: PrivacyRules.optional(),
  logs: LogRules.optional(),
  /** Before an event is stored and delivered. */
  webhooks: PrivacyRules.optional(),
  /** ISO 3166 codes of countries whose national telephone numbers are recognised without context. */
  countries: z
    .array(z.string().regex(/^[A-Z]{2}$/))
    .max(50)
    .optional(),
});
export type PrivacyPolicy = z.infer<typeof PrivacyPolicy>;

/** Which way data goes. */
export const PrivacyDirection = z.enum(['arguments', 'results', 'webhooks']);
export type PrivacyDirection = z.infer<typeof PrivacyDirection>;

/** As bucket `privacy_policies` keeps it, under the tenant's name. */
export const StoredPrivacyPolicy = z.object({
  tenant: TenantId,
  /** From 1; each change is one more. */
  version: z.int().positive(),
  policy: PrivacyPolicy,
  updated_at: z.iso.datetime(),
  updated_by: z.string(),
});
export type StoredPrivacyPolicy = z.infer<typeof StoredPrivacyPolicy>;

/** Something personal and what was done about it. Never the value. */
export const PrivacyFinding = z.object({
  /** As in an issue: `arguments.note`, `output.items[0].email`. */
  path: z.string(),
  /** An entity, or a mark: `email`, `phi`. */
  found: z.string(),
  action: PrivacyAction,
});
export type PrivacyFinding = z.infer<typeof PrivacyFinding>;

/** Findings that one answer names at most. */
export const maxPrivacyFindings = 20;

/** What a tenant's privacy policy changed of an answer, so that whoever reads it knows that `[email]` is no text of the upstream's. */
export const PrivacyNote = z.object({
  /** How many there are; `findings` tells the first 20. */
  count: z.int().positive(),
  findings: z.array(PrivacyFinding).max(maxPrivacyFindings),
});
export type PrivacyNote = z.infer<typeof PrivacyNote>;

/** `svc.registry.v1.privacy.show` */
export const ShowPrivacyPolicyRequest = z.strictObject({ tenant: TenantId });
export type ShowPrivacyPolicyRequest = z.infer<typeof ShowPrivacyPolicyRequest>;
/** Null: the tenant has none, and everything stays as it is. */
export const ShowPrivacyPolicyResult = z.object({ privacy: StoredPrivacyPolicy.nullable() });
export type ShowPrivacyPolicyResult = z.infer<typeof ShowPrivacyPolicyResult>;

/** `svc.registry.v1.privacy.put`: in force at every process within moments. The same again changes nothing. */
export const PutPrivacyPolicyRequest = z.strictObject({
  tenant: TenantId,
  policy: PrivacyPolicy,
  /** The version that it is to follow; 0: none. */
  expected_version: z.int().nonnegative().optional(),
  by: z.string().max(128).optional(),
});
export type PutPrivacyPolicyRequest = z.infer<typeof PutPrivacyPolicyRequest>;
export const PutPrivacyPolicyResult = z.object({ privacy: StoredPrivacyPolicy, changed: z.boolean() });
export type PutPrivacyPolicyResult = z.infer<typeof PutPrivacyPolicyResult>;

/** `svc.registry.v1.privacy.test`: what would become of a value. Nothing is called, stored or logged. */
export const TestPrivacyPolicyRequest = z.strictObject({
  tenant: TenantId,
  direction: PrivacyDirection,
  /** Any JSON value. */
  value: z.unknown(),
  /** Whose fields have marks; also what `except` goes by. */
  tool: z.string().max(64).optional(),
  /** In place of the one in force. */
  policy: PrivacyPolicy.optional(),
});
export type TestPrivacyPolicyRequest = z.infer<typeof TestPrivacyPolicyRequest>;
export const TestPrivacyPolicyResult = z.object({
  /** The value as it would go on; null when blocked. Tokens are made up: the registry has no key for real ones. */
  value: z.unknown(),
  blocked: z.boolean(),
  findings: z.array(PrivacyFinding),
});
export type TestPrivacyPolicyResult = z.infer<typeof TestPrivacyPolicyResult>;

import { z } from 'zod';
import { idSchema, TenantId } from '../ids.ts';
import { AuditClass } from './audit.ts';
import { XKey } from './vault.ts';

/** A sink's name: lower case, digits, inner hyphens; 1 to 40 characters. */
export const SinkName = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, {
  error: 'expected a name: lower-case letters, digits and inner hyphens, at most 40 characters',
});

/** How the records of one request are written. `splunk_hec`: events of Splunk's HTTP Event Collector, one behind the other. */
export const SinkFormat = z.enum(['json_array', 'ndjson', 'splunk_hec']);
/** What of a record is sent: its OCSF body, or the whole CloudEvents envelope with it. */
export const SinkContent = z.enum(['ocsf', 'cloudevents']);
/** How the token stands in header `Authorization`: `Bearer …`, `Splunk …`, or in a header of its own. */
export const SinkAuth = z.union([
  z.enum(['bearer', 'splunk']),
  z.string().regex(/^header:[a-z0-9][a-z0-9-]{0,60}$/, { error: 'expected bearer, splunk or header:<name>' }),
]);

/** Where records go, as a file or a request says it. */
export const SinkSettings = z.strictObject({
  url: z.url().max(2_048),
  format: SinkFormat.default('json_array'),
  content: SinkContent.default('ocsf'),
  auth: SinkAuth.default('bearer'),
  /** Only of these; empty: of all. */
  classes: z.array(AuditClass).max(32).default([]),
  /** Records of one request at most. */
  max_records: z.int().min(1).max(1_000).default(500),
  /** Bytes of one request at most, unless one record alone is larger. */
  max_bytes: z.int().min(1_024).max(1_048_576).default(524_288),
});
export type SinkSettings = z.infer<typeof SinkSettings>;

/** `active`: records go out, or will again after `next_try_at`. `paused`: somebody paused it, or its target failed for too long. */
export const SinkState = z.enum(['active', 'paused']);

export const AuditSink = z.object({
  name: SinkName,
  /** Null: of the installation, by a file; it gets the records of every tenant. */
  tenant: TenantId.nullable(),
  settings: SinkSettings,
  has_token: z.boolean(),
  state: SinkState,
  /** Why it is paused, or what the last try failed by; null when all is well. */
  problem: z.string().nullable(),
  /** Tries in a row that failed. */
  failures: z.int().nonnegative(),
  next_try_at: z.iso.datetime().nullable(),
  delivered_at: z.iso.datetime().nullable(),
  /** Records that the target took, counted by this installation. */
  delivered: z.int().nonnegative(),
  /** Records of the log that it has not got yet. */
  waiting: z.int().nonnegative(),
});
export type AuditSink = z.infer<typeof AuditSink>;

/** A token, sealed to the vault's key by whoever holds `public_key`. */
const SealedToken = z.strictObject({
  secret_id: idSchema('webhookSecret'),
  sealed: z.string().min(1).max(32_768),
  public_key: XKey,
});

/** `svc.audit.v1.sinks.list`: of a tenant; `tenant` null: of the installation. */
export const ListSinks = z.strictObject({ tenant: TenantId.nullable() });
export type ListSinks = z.infer<typeof ListSinks>;
export const ListSinksResult = z.object({ sinks: z.array(AuditSink) });
export type ListSinksResult = z.infer<typeof ListSinksResult>;

/**
 * `svc.audit.v1.sinks.set`: makes a sink or changes one. A new one starts at `from_index`; without it, with what comes from now
 * on. One that is there goes on where it is, unless `from_index` is said.
 */
export const SetSink = z.strictObject({
  tenant: TenantId,
  name: SinkName,
  settings: SinkSettings,
  token: SealedToken.optional(),
  from_index: z.int().nonnegative().optional(),
});
export type SetSink = z.infer<typeof SetSink>;
export const SetSinkResult = z.object({ sink: AuditSink, created: z.boolean() });
export type SetSinkResult = z.infer<typeof SetSinkResult>;

/** `svc.audit.v1.sinks.remove` */
export const RemoveSink = z.strictObject({ tenant: TenantId, name: SinkName });
export type RemoveSink = z.infer<typeof RemoveSink>;
export const RemoveSinkResult = z.object({ sink: AuditSink });
export type RemoveSinkResult = z.infer<typeof RemoveSinkResult>;

/** `svc.audit.v1.sinks.pause`: `tenant` null: one of the installation. Resumed, it goes on at once where it was. */
export const PauseSink = z.strictObject({ tenant: TenantId.nullable(), name: SinkName, paused: z.boolean() });
export type PauseSink = z.infer<typeof PauseSink>;
export const PauseSinkResult = z.object({ sink: AuditSink });
export type PauseSinkResult = z.infer<typeof PauseSinkResult>;

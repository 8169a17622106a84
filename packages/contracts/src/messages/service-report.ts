import { z } from 'zod';

/** A place where a service takes connections of others than NATS. */
export const ServiceDoor = z.object({
  serves: z.enum(['api', 'webhooks', 'connect_pages']),
  /** The address that it is bound to. */
  host: z.string(),
  port: z.int(),
  /** How it is reached from outside, as its configuration says; null where nothing was said. */
  public_url: z.string().nullable(),
  /** Whether a proxy is known to stand before it, which is where TLS ends. */
  behind_proxy: z.boolean(),
});
export type ServiceDoor = z.infer<typeof ServiceDoor>;

/** Redis as a service sees it. */
export const RedisReport = z.object({
  answers: z.boolean(),
  /** `maxmemory-policy`; null where the server does not say. */
  eviction: z.string().nullable(),
  used_bytes: z.int().nullable(),
  /** Null: no limit, or the server does not say. */
  limit_bytes: z.int().nullable(),
});
export type RedisReport = z.infer<typeof RedisReport>;

/** The audit service's database and what it has still to do. */
export const AuditStoreReport = z.object({
  kind: z.enum(['postgres', 'pglite']),
  answers: z.boolean(),
  /** Versions of the schema that this process knows and the database has not. */
  missing_migrations: z.array(z.string()),
  /** Those that the database has and this process does not know: a newer one wrote there. */
  unknown_migrations: z.array(z.string()),
  /** Messages of the stream that are not stored yet; null when the stream does not say. */
  waiting: z.int().nullable(),
  /** Messages and events set aside since this process started, because nothing proves them. */
  quarantined: z.int(),
});
export type AuditStoreReport = z.infer<typeof AuditStoreReport>;

/**
 * What every process says of itself as `report` in `$SRV.STATS`, for those who look for what is wrong with an installation. Only
 * an operator may ask. It holds no secret, and nothing of a tenant.
 */
export const ServiceReport = z.object({
  instance: z.string(),
  mode: z.enum(['development', 'production']),
  /** Version of Node.js. */
  runtime: z.string(),
  /** Its clock, RFC 3339 with milliseconds, when it answered. */
  time: z.iso.datetime(),
  /** Descriptors that the process may have and has; null where the system does not say. */
  open_files: z.object({ limit: z.int().nullable(), used: z.int().nullable() }),
  /** Whether audit records have a place on disk while the stream is away. */
  audit_spool: z.boolean(),
  doors: z.array(ServiceDoor).default([]),
  /** Left out by services that use none; null: it may have one, and was given none. */
  redis: RedisReport.nullable().optional(),
  /** Of a vault: who wraps the tenants' keys. */
  key_service: z.enum(['local', 'aws-kms']).optional(),
  audit_store: AuditStoreReport.optional(),
  /** Whether every call is dialled at one place in the stead of its host. */
  diverted: z.boolean().default(false),
  /** Entries of the registry that the process cannot read, by their keys, ten at most. */
  unreadable_integrations: z.array(z.string()).default([]),
});
export type ServiceReport = z.infer<typeof ServiceReport>;

import { PublicBaseUrl } from '@patchbay/contracts';
import { type BaseConfig, parseConfig, readBaseConfig, readSecretFile } from '@patchbay/service-kit';
import { z } from 'zod';

/** Largest body that a message of NATS holds beside its headers, in bytes: 3 MiB. */
const maxBodyLimit = 3_145_728;

export interface IngressConfig extends BaseConfig {
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Whether other processes on this machine listen on the port too; the kernel gives each its share of the connections. */
  readonly sharedPort: boolean;
  /** Where vendors reach us, without a path; null: nobody said, and what is signed with its URL cannot be verified. */
  readonly publicUrl: string | null;
  /** Bytes of a request's body at most. */
  readonly maxBodyBytes: number;
  /** Requests in hand at once before further ones are told to come again. */
  readonly maxInFlight: number;
  /** Milliseconds until a request's headers must be here, and the whole of it. */
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** `redis://…`, with its password. Secret. */
  readonly redisUrl: string;
  /** Development only: the origin that every certificate and confirmation is fetched from instead of its own host. */
  readonly dialOverride: string | null;
}

const variables = z.object({
  PATCHBAY_INGRESS_HOST: z.string().min(1).default('127.0.0.1'),
  PATCHBAY_INGRESS_PORT: z.coerce.number().int().min(0).max(65_535).default(7_720),
  PATCHBAY_INGRESS_SHARED_PORT: z.stringbool({ truthy: ['true'], falsy: ['false'] }).default(false),
  PATCHBAY_INGRESS_PUBLIC_URL: PublicBaseUrl.optional(),
  PATCHBAY_INGRESS_MAX_BODY_BYTES: z.coerce.number().int().min(1_024).max(maxBodyLimit).default(1_048_576),
  PATCHBAY_INGRESS_MAX_IN_FLIGHT: z.coerce.number().int().min(1).max(10_000).default(512),
  PATCHBAY_INGRESS_HEADERS_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(5_000),
  PATCHBAY_INGRESS_REQUEST_TIMEOUT_MS: z.coerce.number().int().min(100).max(120_000).default(15_000),
  /** A file, because the URL carries the password. */
  PATCHBAY_REDIS_URL_FILE: z.string().min(1),
  PATCHBAY_EGRESS_DIAL_OVERRIDE: z.url().optional(),
});

/** @throws ConfigError naming what is missing, unreadable or not allowed in this mode. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): IngressConfig {
  const base = readBaseConfig('webhook-ingress', env);
  const values = parseConfig(
    variables
      .refine((value) => base.mode === 'development' || value.PATCHBAY_EGRESS_DIAL_OVERRIDE === undefined, {
        path: ['PATCHBAY_EGRESS_DIAL_OVERRIDE'],
        error: 'is for development only: whoever answers there says whose certificate is good',
      })
      .refine((value) => base.mode === 'development' || !value.PATCHBAY_INGRESS_PUBLIC_URL?.startsWith('http:'), {
        path: ['PATCHBAY_INGRESS_PUBLIC_URL'],
        error: 'must be https in production: webhooks carry what is a tenant’s',
      }),
    env,
  );
  return {
    ...base,
    host: values.PATCHBAY_INGRESS_HOST,
    port: values.PATCHBAY_INGRESS_PORT,
    sharedPort: values.PATCHBAY_INGRESS_SHARED_PORT,
    publicUrl: values.PATCHBAY_INGRESS_PUBLIC_URL ?? null,
    maxBodyBytes: values.PATCHBAY_INGRESS_MAX_BODY_BYTES,
    maxInFlight: values.PATCHBAY_INGRESS_MAX_IN_FLIGHT,
    headersTimeoutMs: values.PATCHBAY_INGRESS_HEADERS_TIMEOUT_MS,
    requestTimeoutMs: values.PATCHBAY_INGRESS_REQUEST_TIMEOUT_MS,
    redisUrl: readSecretFile(values.PATCHBAY_REDIS_URL_FILE),
    dialOverride: values.PATCHBAY_EGRESS_DIAL_OVERRIDE ?? null,
  };
}

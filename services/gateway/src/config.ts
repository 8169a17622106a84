import { fileURLToPath } from 'node:url';
import { TenantId } from '@patchbay/contracts';
import {
  type BaseConfig,
  ConfigError,
  parseConfig,
  readBaseConfig,
  readKeyFile,
  readList,
  readSecretFile,
} from '@patchbay/service-kit';
import { z } from 'zod';
import { type CalloutConfig, readCallout } from './callout-config.ts';
import type { FirstIdentities } from './operations/admit-first-identities.ts';

export interface GatewayConfig extends BaseConfig {
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** 32 bytes under which the secrets of API keys are hashed, the same in every gateway. Secret. */
  readonly pepper: Buffer;
  /** Addresses of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** Origins whose pages may call; none: no page of another origin may. */
  readonly corsOrigins: readonly string[];
  /** Issuers that MCP clients are sent to for a token; none: they need a key. */
  readonly authorizationServers: readonly string[];
  /** Bytes of a request's body at most. */
  readonly maxBodyBytes: number;
  /** Sockets open at once. */
  readonly maxConnections: number;
  /** Milliseconds until a request's headers must be here, and the whole of it. */
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** Milliseconds that the event loop may lag before requests are told to come again; 0: never. */
  readonly maxLagMs: number;
  /** Where the web console was built to. */
  readonly consoleDir: string;
  /** What each key may ask. */
  readonly requestsPerMinute: number;
  readonly burst: number;
  /** Origins exempt from the public-address rule: a provider of sign-ins on a private network. */
  readonly trustedOrigins: readonly string[];
  /** Development only: the origin that every issuer is dialled at instead of its own host. */
  readonly dialOverride: string | null;
  /** Clients that follow live at once, and of them those of one key. */
  readonly maxLiveClients: number;
  readonly maxLiveClientsPerKey: number;
  /** A file with the GraphQL queries that are taken; null: all are. */
  readonly graphqlQueriesFile: string | null;
  /** By tenant, what its voice platforms sign with. Secret. */
  readonly voiceSecrets: VoiceSecrets;
  /** What a new installation starts with. The key is secret. */
  readonly firstIdentities: FirstIdentities;
  /** By which keys are let in on NATS; null: they are for HTTP alone. */
  readonly callout: CalloutConfig | null;
}

/** A tenant's keys of Retell: more than one while one replaces another. */
const VoiceSecrets = z.record(
  z.string().min(1),
  z.strictObject({ retell: z.union([z.string().min(16), z.array(z.string().min(16)).max(4)]).optional() }),
);
export type VoiceSecrets = z.infer<typeof VoiceSecrets>;

const variables = z.object({
  PATCHBAY_GATEWAY_HOST: z.string().min(1).default('127.0.0.1'),
  PATCHBAY_GATEWAY_PORT: z.coerce.number().int().min(0).max(65_535).default(7_700),
  PATCHBAY_GATEWAY_PEPPER_FILE: z.string().min(1),
  PATCHBAY_GATEWAY_TRUSTED_PROXIES: z.string().default(''),
  PATCHBAY_GATEWAY_CORS_ORIGINS: z.string().default(''),
  PATCHBAY_GATEWAY_AUTHORIZATION_SERVERS: z.string().default(''),
  PATCHBAY_GATEWAY_MAX_BODY_BYTES: z.coerce.number().int().min(1_024).max(4_194_304).default(1_048_576),
  PATCHBAY_GATEWAY_MAX_CONNECTIONS: z.coerce.number().int().min(1).max(65_536).default(8_192),
  PATCHBAY_GATEWAY_HEADERS_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(5_000),
  PATCHBAY_GATEWAY_REQUEST_TIMEOUT_MS: z.coerce.number().int().min(100).max(120_000).default(15_000),
  PATCHBAY_GATEWAY_MAX_LAG_MS: z.coerce.number().int().min(0).max(60_000).default(1_000),
  PATCHBAY_GATEWAY_CONSOLE_DIR: z
    .string()
    .min(1)
    .default(fileURLToPath(new URL('../../../packages/console/dist', import.meta.url))),
  PATCHBAY_GATEWAY_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).max(10_000_000).default(60_000),
  PATCHBAY_GATEWAY_BURST: z.coerce.number().int().min(1).max(1_000_000).default(2_000),
  PATCHBAY_GATEWAY_CALLOUT_DIR: z.string().min(1).optional(),
  PATCHBAY_EGRESS_TRUSTED_ORIGINS: z.string().default(''),
  PATCHBAY_EGRESS_DIAL_OVERRIDE: z.url().optional(),
  PATCHBAY_GATEWAY_MAX_LIVE_CLIENTS: z.coerce.number().int().min(1).max(65_536).default(4_096),
  PATCHBAY_GATEWAY_MAX_LIVE_CLIENTS_PER_KEY: z.coerce.number().int().min(1).max(65_536).default(100),
  PATCHBAY_GATEWAY_GRAPHQL_QUERIES_FILE: z.string().min(1).optional(),
  PATCHBAY_GATEWAY_VOICE_SECRETS_FILE: z.string().min(1).optional(),
  PATCHBAY_GATEWAY_FIRST_KEY_FILE: z.string().min(1).optional(),
  PATCHBAY_GATEWAY_FIRST_TENANTS: z.string().default(''),
});

/** @throws ConfigError naming what is missing, unreadable or not allowed. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): GatewayConfig {
  const base = readBaseConfig('gateway', env);
  const values = parseConfig(
    variables
      .refine((value) => readList(value.PATCHBAY_GATEWAY_CORS_ORIGINS).every(isOrigin), {
        path: ['PATCHBAY_GATEWAY_CORS_ORIGINS'],
        error: 'must be a comma list of origins such as https://console.example.com, without a path',
      })
      .refine(
        (value) => readList(value.PATCHBAY_GATEWAY_FIRST_TENANTS).every((one) => TenantId.safeParse(one).success),
        {
          path: ['PATCHBAY_GATEWAY_FIRST_TENANTS'],
          error: 'must be a comma list of tenants such as acme,globex',
        },
      )
      .refine((value) => base.mode === 'development' || value.PATCHBAY_EGRESS_DIAL_OVERRIDE === undefined, {
        path: ['PATCHBAY_EGRESS_DIAL_OVERRIDE'],
        error: 'is for development only: whoever answers there decides who signs in',
      }),
    env,
  );
  const firstKeyFile = values.PATCHBAY_GATEWAY_FIRST_KEY_FILE;
  return {
    ...base,
    host: values.PATCHBAY_GATEWAY_HOST,
    port: values.PATCHBAY_GATEWAY_PORT,
    pepper: readKeyFile(values.PATCHBAY_GATEWAY_PEPPER_FILE),
    trustedProxies: readList(values.PATCHBAY_GATEWAY_TRUSTED_PROXIES),
    corsOrigins: readList(values.PATCHBAY_GATEWAY_CORS_ORIGINS),
    authorizationServers: readList(values.PATCHBAY_GATEWAY_AUTHORIZATION_SERVERS),
    maxBodyBytes: values.PATCHBAY_GATEWAY_MAX_BODY_BYTES,
    maxConnections: values.PATCHBAY_GATEWAY_MAX_CONNECTIONS,
    headersTimeoutMs: values.PATCHBAY_GATEWAY_HEADERS_TIMEOUT_MS,
    requestTimeoutMs: values.PATCHBAY_GATEWAY_REQUEST_TIMEOUT_MS,
    maxLagMs: values.PATCHBAY_GATEWAY_MAX_LAG_MS,
    consoleDir: values.PATCHBAY_GATEWAY_CONSOLE_DIR,
    requestsPerMinute: values.PATCHBAY_GATEWAY_REQUESTS_PER_MINUTE,
    burst: values.PATCHBAY_GATEWAY_BURST,
    trustedOrigins: readList(values.PATCHBAY_EGRESS_TRUSTED_ORIGINS),
    dialOverride: values.PATCHBAY_EGRESS_DIAL_OVERRIDE ?? null,
    maxLiveClients: values.PATCHBAY_GATEWAY_MAX_LIVE_CLIENTS,
    maxLiveClientsPerKey: values.PATCHBAY_GATEWAY_MAX_LIVE_CLIENTS_PER_KEY,
    graphqlQueriesFile: values.PATCHBAY_GATEWAY_GRAPHQL_QUERIES_FILE ?? null,
    voiceSecrets: readVoiceSecrets(values.PATCHBAY_GATEWAY_VOICE_SECRETS_FILE),
    firstIdentities: {
      key: firstKeyFile === undefined ? null : readSecretFile(firstKeyFile),
      tenants: readList(values.PATCHBAY_GATEWAY_FIRST_TENANTS),
    },
    callout:
      values.PATCHBAY_GATEWAY_CALLOUT_DIR === undefined ? null : readCallout(values.PATCHBAY_GATEWAY_CALLOUT_DIR),
  };
}

/** @throws ConfigError that says nothing of what is in the file. */
function readVoiceSecrets(path: string | undefined): VoiceSecrets {
  if (path === undefined) return {};
  const text = readSecretFile(path);
  try {
    return VoiceSecrets.parse(JSON.parse(text));
  } catch {
    throw new ConfigError(`The file ${path} does not hold {"<tenant>": {"retell": "<API key>"}}.`);
  }
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

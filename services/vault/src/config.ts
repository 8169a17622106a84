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
import type { JobTimes } from './jobs/ports.ts';

/** Where tenant keys are wrapped. */
export type KeyServiceConfig =
  /** `rootKey` is 32 bytes. Secret. */
  | { readonly provider: 'local'; readonly rootKey: Buffer; readonly previousRootKey?: Buffer }
  /** `endpoint` is null for the Region's own. */
  | {
      readonly provider: 'aws-kms';
      readonly keyId: string;
      readonly previousKeyId?: string;
      readonly endpoint: string | null;
    };

export interface VaultConfig extends BaseConfig {
  /** Other times for jobs than `jobTimes`. */
  readonly jobTimes?: Partial<JobTimes>;
  readonly keyService: KeyServiceConfig;
  /** The vault's xkey seed, the same in every replica. Secret. */
  readonly sealingSeed: string;
  /** Directory of the tenants' roots, the same for every vault and in no backup of NATS. Secret. */
  readonly rootsDir: string;
  /** File that remembers erasures apart from the store; null: nothing does but the store. */
  readonly erasuresFile: string | null;
  /** Where people connect accounts; null: nowhere. */
  readonly connect: ConnectConfig | null;
  /** Development only: the origin that every vendor is dialled at instead of its own host. */
  readonly dialOverride: string | null;
  /** The file of tenant policies, of which the vault follows what concerns egress; null: none. */
  readonly tenantPoliciesFile: string | null;
  /** Origins exempt from the public-address rule, such as an authorization server on a private network. */
  readonly trustedOrigins: readonly string[];
}

export interface ConnectConfig {
  /** Where browsers reach the connect pages, without a slash at the end. */
  readonly publicUrl: string;
  readonly host: string;
  readonly port: number;
}

const variables = z.object({
  PATCHBAY_KMS_PROVIDER: z.enum(['local', 'aws-kms']),
  /** local: 64 hexadecimal digits. */
  PATCHBAY_LOCAL_KMS_KEY_FILE: z.string().optional(),
  /** aws-kms: id, ARN or alias of the wrapping key. Region and credentials come from the usual AWS sources. */
  PATCHBAY_KMS_KEY_ID: z.string().min(1).max(2_048).optional(),
  /** The wrapping key before: keys under it are still unwrapped, until they are wrapped anew. */
  PATCHBAY_KMS_PREVIOUS_KEY_ID: z.string().min(1).max(2_048).optional(),
  PATCHBAY_LOCAL_KMS_PREVIOUS_KEY_FILE: z.string().min(1).optional(),
  PATCHBAY_KMS_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  PATCHBAY_VAULT_XKEY_SEED_FILE: z.string().min(1),
  PATCHBAY_VAULT_ROOTS_DIR: z.string().min(1),
  PATCHBAY_VAULT_ERASURES_FILE: z.string().min(1).optional(),
  PATCHBAY_CONNECT_URL: z.url({ protocol: /^https?$/ }).optional(),
  PATCHBAY_CONNECT_LISTEN: z
    .string()
    .regex(/^(?:\[[0-9a-f:]+\]|[a-z0-9.-]+):\d{1,5}$/, { error: 'expected an address such as 127.0.0.1:7710' })
    .default('127.0.0.1:7710'),
  PATCHBAY_EGRESS_DIAL_OVERRIDE: z.url().optional(),
  PATCHBAY_TENANT_POLICIES_FILE: z.string().optional(),
  PATCHBAY_EGRESS_TRUSTED_ORIGINS: z.string().default(''),
});

/** @throws ConfigError naming what is missing, unreadable or not allowed in this mode. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): VaultConfig {
  const base = readBaseConfig('vault', env);
  const values = parseConfig(
    variables
      .refine((value) => base.mode === 'development' || value.PATCHBAY_KMS_PROVIDER !== 'local', {
        path: ['PATCHBAY_KMS_PROVIDER'],
        error: "'local' is for development only: the key lies beside what it protects. Use 'aws-kms'",
      })
      .refine((value) => value.PATCHBAY_KMS_PROVIDER !== 'local' || value.PATCHBAY_LOCAL_KMS_KEY_FILE !== undefined, {
        path: ['PATCHBAY_LOCAL_KMS_KEY_FILE'],
      })
      .refine((value) => value.PATCHBAY_KMS_PROVIDER !== 'aws-kms' || value.PATCHBAY_KMS_KEY_ID !== undefined, {
        path: ['PATCHBAY_KMS_KEY_ID'],
      })
      .refine((value) => base.mode === 'development' || !value.PATCHBAY_KMS_ENDPOINT?.startsWith('http:'), {
        path: ['PATCHBAY_KMS_ENDPOINT'],
        error: 'must be https in production: tenant keys travel over it',
      })
      .refine((value) => base.mode === 'development' || !value.PATCHBAY_CONNECT_URL?.startsWith('http:'), {
        path: ['PATCHBAY_CONNECT_URL'],
        error: 'must be https in production: authorization codes travel over it',
      })
      .refine((value) => base.mode === 'development' || value.PATCHBAY_VAULT_ERASURES_FILE !== undefined, {
        path: ['PATCHBAY_VAULT_ERASURES_FILE'],
        error: 'is required in production: without it, restoring a backup of NATS brings back what was erased',
      })
      .refine((value) => base.mode === 'development' || value.PATCHBAY_EGRESS_DIAL_OVERRIDE === undefined, {
        path: ['PATCHBAY_EGRESS_DIAL_OVERRIDE'],
        error: 'is for development only: it sends every secret of every vendor to one place',
      }),
    env,
  );
  return {
    ...base,
    keyService: keyServiceOf(values),
    sealingSeed: readSealingSeed(values.PATCHBAY_VAULT_XKEY_SEED_FILE),
    rootsDir: values.PATCHBAY_VAULT_ROOTS_DIR,
    erasuresFile: values.PATCHBAY_VAULT_ERASURES_FILE ?? null,
    connect: connectOf(values),
    dialOverride: values.PATCHBAY_EGRESS_DIAL_OVERRIDE ?? null,
    tenantPoliciesFile: values.PATCHBAY_TENANT_POLICIES_FILE ?? null,
    trustedOrigins: readList(values.PATCHBAY_EGRESS_TRUSTED_ORIGINS),
  };
}

function keyServiceOf(values: z.output<typeof variables>): KeyServiceConfig {
  return values.PATCHBAY_KMS_PROVIDER === 'local'
    ? {
        provider: 'local',
        rootKey: readKeyFile(values.PATCHBAY_LOCAL_KMS_KEY_FILE as string),
        ...(values.PATCHBAY_LOCAL_KMS_PREVIOUS_KEY_FILE !== undefined && {
          previousRootKey: readKeyFile(values.PATCHBAY_LOCAL_KMS_PREVIOUS_KEY_FILE),
        }),
      }
    : {
        provider: 'aws-kms',
        keyId: values.PATCHBAY_KMS_KEY_ID as string,
        ...(values.PATCHBAY_KMS_PREVIOUS_KEY_ID !== undefined && {
          previousKeyId: values.PATCHBAY_KMS_PREVIOUS_KEY_ID,
        }),
        endpoint: values.PATCHBAY_KMS_ENDPOINT ?? null,
      };
}

function connectOf(values: z.output<typeof variables>): ConnectConfig | null {
  if (values.PATCHBAY_CONNECT_URL === undefined) return null;
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(values.PATCHBAY_CONNECT_LISTEN) ?? [];
  return {
    publicUrl: values.PATCHBAY_CONNECT_URL.replace(/\/+$/, ''),
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port),
  };
}

function readSealingSeed(path: string): string {
  const seed = readSecretFile(path);
  if (!/^SX[A-Z2-7]{56}$/.test(seed)) throw new ConfigError(`The file ${path} does not hold an xkey seed (SX…).`);
  return seed;
}

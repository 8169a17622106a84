import type { ServiceName } from '@patchbay/contracts';

/** What a service is on Kubernetes. */
export interface Part {
  readonly service: ServiceName;
  readonly replicas: number;
  /** Processor and memory asked for, and the most memory. */
  readonly cpu: string;
  readonly memory: string;
  readonly memoryLimit: string;
  /** The port that others reach it at over HTTP. */
  readonly port?: number;
  /** What it reaches besides NATS, as the libraries it is made of say: a test holds the two together. */
  readonly reaches: readonly Reach[];
  /** Files of its secret: where each is in its directory, by key. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** A claim that all replicas share, and where it is. */
  readonly shared?: { readonly claim: string; readonly path: string };
}

/** `internet`: public addresses on the ports of HTTP and HTTPS, behind the service's own egress guard. */
export type Reach = 'internet' | 'redis' | 'postgres';

/** Where a part finds the files of its secret. */
export const secretsPath = '/run/patchbay';

const common = { 'nkey.seed': 'nkey.seed', 'audit-mac.key': 'audit-mac.key' };
const redisFile = { 'redis.url': 'redis.url' };
const redisEnv = { PATCHBAY_REDIS_URL_FILE: `${secretsPath}/redis.url` };
const producers = ['audit', 'executor', 'gateway', 'registry', 'vault', 'webhook-delivery', 'webhook-ingress'];
const callout = ['callout.nk', 'kicker.nk', 'issuer.seed', 'xkey.seed'];

export const parts: readonly Part[] = [
  {
    service: 'registry',
    replicas: 2,
    cpu: '100m',
    memory: '256Mi',
    memoryLimit: '512Mi',
    reaches: [],
    secrets: common,
    env: { PATCHBAY_REGISTRY_SEED_CATALOG: 'true' },
  },
  {
    service: 'executor',
    replicas: 3,
    cpu: '500m',
    memory: '384Mi',
    memoryLimit: '768Mi',
    reaches: ['internet', 'redis'],
    secrets: { ...common, ...redisFile },
    env: redisEnv,
  },
  {
    service: 'vault',
    replicas: 2,
    cpu: '100m',
    memory: '256Mi',
    memoryLimit: '512Mi',
    reaches: ['internet'],
    secrets: { ...common, 'xkey.seed': 'xkey.seed' },
    env: {
      PATCHBAY_KMS_PROVIDER: 'aws-kms',
      PATCHBAY_VAULT_XKEY_SEED_FILE: `${secretsPath}/xkey.seed`,
      PATCHBAY_VAULT_ROOTS_DIR: '/var/lib/patchbay/roots',
      PATCHBAY_VAULT_ERASURES_FILE: '/var/lib/patchbay/erasures.jsonl',
    },
    shared: { claim: 'vault-roots', path: '/var/lib/patchbay' },
  },
  {
    service: 'audit',
    replicas: 2,
    cpu: '200m',
    memory: '256Mi',
    memoryLimit: '512Mi',
    // Checkpoints go to a bucket, and exports and SIEM batches where an operator says.
    reaches: ['internet', 'postgres'],
    secrets: {
      ...common,
      'database.url': 'database.url',
      'audit-checkpoint.key': 'audit-checkpoint.key',
      ...Object.fromEntries(producers.map((name) => [`audit-mac.${name}.key`, `audit-mac/${name}.key`])),
    },
    env: {
      PATCHBAY_DATABASE_URL_FILE: `${secretsPath}/database.url`,
      PATCHBAY_AUDIT_MAC_KEYS_DIR: `${secretsPath}/audit-mac`,
      PATCHBAY_AUDIT_CHECKPOINT_KEY_FILE: `${secretsPath}/audit-checkpoint.key`,
    },
  },
  {
    service: 'webhook-ingress',
    replicas: 2,
    cpu: '200m',
    memory: '256Mi',
    memoryLimit: '512Mi',
    port: 7720,
    reaches: ['internet', 'redis'],
    secrets: { ...common, ...redisFile },
    env: { ...redisEnv, PATCHBAY_INGRESS_HOST: '0.0.0.0', PATCHBAY_INGRESS_PORT: '7720' },
  },
  {
    service: 'webhook-delivery',
    replicas: 2,
    cpu: '100m',
    memory: '256Mi',
    memoryLimit: '512Mi',
    reaches: ['internet'],
    secrets: common,
    env: {},
  },
  {
    service: 'gateway',
    replicas: 2,
    cpu: '200m',
    memory: '384Mi',
    memoryLimit: '768Mi',
    port: 7700,
    reaches: ['internet'],
    secrets: {
      ...common,
      'pepper.key': 'pepper.key',
      'first.key': 'first.key',
      ...Object.fromEntries(callout.map((name) => [`callout.${name}`, `callout/${name}`])),
    },
    env: {
      PATCHBAY_GATEWAY_HOST: '0.0.0.0',
      PATCHBAY_GATEWAY_PORT: '7700',
      PATCHBAY_GATEWAY_PEPPER_FILE: `${secretsPath}/pepper.key`,
      PATCHBAY_GATEWAY_CALLOUT_DIR: `${secretsPath}/callout`,
      PATCHBAY_GATEWAY_FIRST_KEY_FILE: `${secretsPath}/first.key`,
    },
  },
];

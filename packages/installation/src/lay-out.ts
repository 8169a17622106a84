import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId, type ServiceName } from '@patchbay/contracts';
import { formatApiKey, newSecret, parseApiKey } from '@patchbay/identity';
import { ensureIdentityKeys, type LocalKeys, seedFileOf } from '@patchbay/local-servers';
import { layOutServers } from './lay-out-servers.ts';

/** An installation whose parts are containers or machines of their own. */
export interface InstallationPlan {
  /** A directory for each part is made in it, which that part alone is to be given. */
  readonly dir: string;
  /** Tenants whose agents and auditors connect with an NKey. Others connect with API keys. */
  readonly tenants: readonly string[];
  /** Host names of the nats-servers: one, or three and more for a cluster. */
  readonly natsHosts: readonly string[];
  /** In the place of `natsHosts`: clusters of a supercluster by their names, such as regions, and the servers of each. */
  readonly natsClusters?: Readonly<Record<string, readonly string[]>>;
  /** Directory on each server with `ca.crt`, `<host>.crt` and `<host>.key`; without it everything on NATS is in clear. */
  readonly natsTlsDir?: string;
  /** Whether leaf servers beside a tenant's agents are taken in; each tenant with keys then has a `leaf.conf`. */
  readonly natsLeaves?: boolean;
  /** Where JetStream keeps its files on each. */
  readonly natsStore: string;
  /** When a server's writes reach its disk: `always`, or an interval such as `2m`. */
  readonly natsSync: string;
  readonly natsMaxFileBytes: number;
  readonly redisHost: string;
  readonly postgresHost: string;
  /** Who owns the files, as the parts' processes run. Null: whoever runs this. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

/** Of every directory: a part finds its files at the same place wherever it runs. */
const file = {
  nkey: 'nkey.seed',
  auditMac: 'audit-mac.key',
  redis: 'redis.url',
} as const;

/**
 * Makes the keys that are missing, and lays out for each part what it needs and nothing else: `registry`, `executor`, `vault`,
 * `audit`, `webhook-ingress`, `webhook-delivery`, `gateway`, `provisioner`, `nats`, `redis`, `postgres`, `operator`, and a
 * directory in `tenants` for each. All keys are in `all`, which is for backups and is given to no part. Done again, it changes
 * no key.
 * @throws KeyFileError, PatchbayError `invalid_request` for what is no tenant.
 */
export function layOutInstallation(plan: InstallationPlan): LocalKeys {
  const all = directory(plan, 'all');
  const keys = ensureIdentityKeys(all, plan.tenants);
  const secret = (name: string) => ensureSecret(join(all, name), () => randomBytes(24).toString('hex'));
  const redisPassword = secret('redis.password');
  const postgresPassword = secret('postgres.password');

  for (const service of services) {
    const own = directory(plan, service);
    copy(plan, seedFileOf(keys, service), join(own, file.nkey));
    copy(plan, keys.auditMacKeyFiles[service], join(own, file.auditMac));
  }
  for (const service of ['executor', 'webhook-ingress'] as const)
    write(plan, join(plan.dir, service, file.redis), `redis://:${redisPassword}@${plan.redisHost}:6379\n`);
  copy(plan, keys.localKmsKeyFile, join(plan.dir, 'vault', 'local-kms.key'));
  copy(plan, keys.vaultXkeySeedFile, join(plan.dir, 'vault', 'xkey.seed'));
  copy(plan, keys.gatewayPepperFile, join(plan.dir, 'gateway', 'pepper.key'));
  copyAll(plan, keys.callout.dir, directory(plan, 'gateway', 'callout'));
  copyAll(plan, join(all, 'audit-mac'), directory(plan, 'audit', 'audit-mac'));
  const database = `postgres://patchbay:${postgresPassword}@${plan.postgresHost}:5432/patchbay\n`;
  copy(plan, keys.auditCheckpointKeyFile, join(plan.dir, 'audit', 'audit-checkpoint.key'));
  write(plan, join(plan.dir, 'audit', 'database.url'), database);
  layOutOperator(plan, all, keys);
  const secrets = {
    redisPassword,
    postgresPassword,
    routes: secret('nats-routes.password'),
    gateways: secret('nats-gateways.password'),
  };
  layOutServers(plan, keys, secrets, (part, name, text) => write(plan, join(directory(plan, ...part), name), text));
  return keys;
}

const services: readonly ServiceName[] = [
  'registry',
  'executor',
  'vault',
  'audit',
  'webhook-ingress',
  'webhook-delivery',
  'gateway',
];

function layOutOperator(plan: InstallationPlan, all: string, keys: LocalKeys): void {
  const key = ensureSecret(join(all, 'operator.key'), () => formatApiKey({ id: newId('apiKey'), secret: newSecret() }));
  if (parseApiKey(key) === null) throw new Error(`${join(all, 'operator.key')} holds no API key.`);
  write(plan, join(plan.dir, 'gateway', 'first.key'), `${key}\n`);
  const operator = directory(plan, 'operator');
  write(plan, join(operator, 'operator.key'), `${key}\n`);
  copy(plan, seedFileOf(keys, 'admin'), join(operator, 'admin.seed'));
  copy(plan, seedFileOf(keys, 'system'), join(operator, 'system.seed'));
  copy(plan, seedFileOf(keys, 'provisioner'), join(directory(plan, 'provisioner'), file.nkey));
  for (const tenant of keys.tenants) {
    const own = directory(plan, 'tenants', tenant);
    for (const identity of ['agent', 'auditor'] as const)
      copy(plan, seedFileOf(keys, identity, tenant), join(own, `${identity}.seed`));
  }
}

function directory(plan: InstallationPlan, ...name: string[]): string {
  const path = join(plan.dir, ...name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  give(plan, path);
  return path;
}

function copy(plan: InstallationPlan, from: string, to: string): void {
  write(plan, to, readFileSync(from, 'utf8'));
}

function copyAll(plan: InstallationPlan, from: string, to: string): void {
  for (const name of readdirSync(from)) {
    copyFileSync(join(from, name), join(to, name));
    chmodSync(join(to, name), 0o600);
    give(plan, join(to, name));
  }
}

/** Readable by its owner alone, from its first moment on. */
function write(plan: InstallationPlan, path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  chmodSync(path, 0o600);
  give(plan, path);
}

function give({ owner }: InstallationPlan, path: string): void {
  if (owner !== null) chownSync(path, owner.uid, owner.gid);
}

/** What the file holds, made if it is missing. */
function ensureSecret(path: string, make: () => string): string {
  try {
    writeFileSync(path, `${make()}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path, 'utf8').trim();
}

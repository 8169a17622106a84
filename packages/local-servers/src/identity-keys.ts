import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { auditProducers, type Identity, PatchbayError, TenantId } from '@patchbay/contracts';
import {
  createAccountSeed,
  createSealingKeys,
  createSealingSeed,
  createUserSeed,
  publicKeyOf,
} from '@patchbay/messaging';
import { ensureKeyFile, privateDirectory } from './key-file.ts';

/** `system` is the user of NATS's own system account, for monitoring; it sees no Patchbay subject. */
export type KeyOwner = Identity | 'system';

/** One NKey: who holds it, the file with its seed (mode 0400) and the public key that the server knows it by. */
export interface IdentityKey {
  readonly identity: KeyOwner;
  /** For agents and auditors. */
  readonly tenant?: string;
  /** What a client needs to connect: a file holding the seed (`SU…`). */
  readonly seedFile: string;
  readonly publicKey: string;
}

export type AuditProducer = (typeof auditProducers)[keyof typeof auditProducers];

/** What lets API keys in on NATS: files of one directory, and the public keys of the server's configuration. */
export interface CalloutKeys {
  /** Holds `callout.nk`, `kicker.nk`, `issuer.seed` and `xkey.seed`, for the gateways alone. */
  readonly dir: string;
  /** Who answers when the server asks, and who ends connections. */
  readonly calloutPublicKey: string;
  readonly kickerPublicKey: string;
  /** Signs what is answered. */
  readonly issuerPublicKey: string;
  /** Questions are sealed to it. */
  readonly xkeyPublicKey: string;
}

/** Every key of one installation. */
export interface LocalKeys {
  readonly dir: string;
  readonly identities: readonly IdentityKey[];
  /** 32 random bytes as hex, one file for each service that writes audit events. */
  readonly auditMacKeyFiles: Readonly<Record<AuditProducer, string>>;
  /** An Ed25519 private key in PEM: signs the checkpoints of the tenants' audit logs. */
  readonly auditCheckpointKeyFile: string;
  /** 32 random bytes as hex: the key-encryption key of a vault without a cloud KMS. */
  readonly localKmsKeyFile: string;
  /** The xkey seed that the vault's processes share: credentials travel to the vault sealed to it. */
  readonly vaultXkeySeedFile: string;
  /** 32 random bytes as hex, shared by the gateways: without it no stored hash of an API key matches. */
  readonly gatewayPepperFile: string;
  readonly callout: CalloutKeys;
  /** Tenants that have keys, sorted. */
  readonly tenants: readonly string[];
}

/** Those of whom an installation has one each, whatever tenants it has. */
export const installationIdentities = [
  'registry',
  'executor',
  'vault',
  'audit',
  'webhook-ingress',
  'webhook-delivery',
  'gateway',
  'admin',
  'provisioner',
  'backup',
  'system',
] as const satisfies readonly KeyOwner[];
const tenantIdentities = ['agent', 'auditor'] as const satisfies readonly Identity[];

const readPublicKey = (seed: string) => (seed.startsWith('SU') ? publicKeyOrNull(seed) : null);
const readHexKey = (text: string) => (/^[0-9a-f]{64}$/.test(text) ? text : null);
const newEd25519Pem = () =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
const newHexKey = () => randomBytes(32).toString('hex');

/**
 * Makes the keys that are missing under `dir` (mode 0700) and returns all of them; a key once made is never changed.
 * Tenants that have keys already keep them, named here or not.
 * @throws PatchbayError `invalid_request` when a tenant is not a tenant id.
 * @throws KeyFileError when an existing key file is readable by others or damaged.
 */
export function ensureIdentityKeys(dir: string, tenants: readonly string[]): LocalKeys {
  tenants.forEach(refuseBadTenant);
  privateDirectory(dir);
  const nkeys = privateDirectory(join(dir, 'nkeys'));
  const macs = privateDirectory(join(dir, 'audit-mac'));
  const allTenants = [...new Set([...tenantsWithKeys(nkeys), ...tenants])].sort();
  const producers = [...new Set(Object.values(auditProducers))];
  return {
    dir,
    identities: [
      ...installationIdentities.map((identity) => ensureIdentity(nkeys, identity)),
      ...allTenants.flatMap((tenant) => tenantIdentities.map((identity) => ensureIdentity(nkeys, identity, tenant))),
    ],
    auditMacKeyFiles: Object.fromEntries(
      producers.map((producer) => [producer, ensureKeyFile(macs, `${producer}.key`, newHexKey, readHexKey).path]),
    ) as Record<AuditProducer, string>,
    auditCheckpointKeyFile: ensureKeyFile(dir, 'audit-checkpoint.key', newEd25519Pem, readEd25519Pem).path,
    localKmsKeyFile: ensureKeyFile(dir, 'local-kms.key', newHexKey, readHexKey).path,
    vaultXkeySeedFile: ensureKeyFile(dir, 'vault-xkey.seed', createSealingSeed, (text) => text.startsWith('SX')).path,
    gatewayPepperFile: ensureKeyFile(dir, 'gateway-pepper.key', newHexKey, readHexKey).path,
    callout: ensureCalloutKeys(privateDirectory(join(dir, 'nats-callout'))),
    tenants: allTenants,
  };
}

function ensureCalloutKeys(dir: string): CalloutKeys {
  const user = (name: string) => ensureKeyFile(dir, name, () => createUserSeed().seed, readPublicKey).key;
  const readIssuer = (seed: string) => (seed.startsWith('SA') ? publicKeyOrNull(seed) : null);
  const readXkey = (seed: string) => (seed.startsWith('SX') ? createSealingKeys(seed).publicKey : null);
  return {
    dir,
    calloutPublicKey: user('callout.nk'),
    kickerPublicKey: user('kicker.nk'),
    issuerPublicKey: ensureKeyFile(dir, 'issuer.seed', createAccountSeed, readIssuer).key,
    xkeyPublicKey: ensureKeyFile(dir, 'xkey.seed', createSealingSeed, readXkey).key,
  };
}

/** The file with the seed of an identity. @throws RangeError when it has no key. */
export function seedFileOf(keys: LocalKeys, identity: KeyOwner, tenant?: string): string {
  const key = keys.identities.find((candidate) => candidate.identity === identity && candidate.tenant === tenant);
  if (key === undefined)
    throw new RangeError(`There is no key for ${identity}${tenant === undefined ? '' : ` of tenant ${tenant}`}.`);
  return key.seedFile;
}

function ensureIdentity(dir: string, identity: KeyOwner, tenant?: string): IdentityKey {
  const name = tenant === undefined ? identity : `${identity}.${tenant}`;
  const { path, key } = ensureKeyFile(dir, `${name}.nk`, () => createUserSeed().seed, readPublicKey);
  return { identity, ...(tenant !== undefined && { tenant }), seedFile: path, publicKey: key };
}

function tenantsWithKeys(dir: string): string[] {
  return readdirSync(dir).flatMap((file) => /^agent\.([^.]+)\.nk$/.exec(file)?.[1] ?? []);
}

function refuseBadTenant(tenant: string, index: number): void {
  const parsed = TenantId.safeParse(tenant);
  if (parsed.success) return;
  const message = parsed.error.issues[0]?.message ?? 'expected a tenant id';
  throw new PatchbayError('invalid_request', {
    message: `tenants[${index}]: ${message}`,
    details: { issues: [{ path: `tenants[${index}]`, message }] },
  });
}

function publicKeyOrNull(seed: string): string | null {
  try {
    return publicKeyOf(seed);
  } catch {
    return null;
  }
}

function readEd25519Pem(text: string): string | null {
  try {
    return createPrivateKey(text).asymmetricKeyType === 'ed25519' ? text : null;
  } catch {
    return null;
  }
}

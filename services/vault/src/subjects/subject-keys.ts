import { createHmac, randomBytes } from 'node:crypto';
import { erasedMarkOf } from '@patchbay/audit-log';
import { PatchbayError, type SubjectToken, type WebhookSecretValue } from '@patchbay/contracts';
import type { CredentialCipher } from '../operations/ports.ts';
import { storeEncrypted } from '../operations/store-credential.ts';
import { openSecret } from '../secrets/open-secret.ts';
import { type SecretName, type SecretStore, secretBindingOf, subjectsOwner } from '../secrets/secret-store.ts';
import type { SubjectRoots } from './subject-roots.ts';

export interface SubjectKeyPorts {
  readonly secrets: Pick<SecretStore, 'create' | 'read' | 'replace' | 'delete'>;
  readonly cipher: CredentialCipher;
  readonly subjectRoots: SubjectRoots;
}

/** A person's key for what is kept of them. The caller wipes it. */
export interface DataKey {
  readonly id: string;
  readonly bytes: Buffer;
}

const keyBytes = 32;
/** Row of the subject key; every other row of the owner is a person's, under their token. */
const tokensRow = 'tokens';

const rowOf = (tenant: string, id: string): SecretName => ({ tenant, owner: subjectsOwner, id });

/**
 * The tenant's subject key, made when it has none: 32 bytes, encrypted as secrets are, so that it is unreadable once the tenant is
 * erased. The caller wipes it. @throws PatchbayError `vault_unavailable`.
 */
export async function subjectKeyOf(ports: SubjectKeyPorts, tenant: string): Promise<Buffer> {
  const value = await heldIn(ports, rowOf(tenant, tokensRow), () => randomBytes(keyBytes).toString('base64'));
  return Buffer.from(value as string, 'base64');
}

/**
 * What digests of a tenant's arguments are made with: HMAC-SHA256 under a root of its own over the subject key, so that it ends with
 * either. 32 bytes, which the caller wipes. @throws PatchbayError `vault_unavailable`.
 */
export async function digestKeyOf(ports: SubjectKeyPorts, tenant: string, subjectKey: Buffer): Promise<Buffer> {
  const root = await ports.subjectRoots.digests(tenant);
  try {
    const context = JSON.stringify(['patchbay-digest-key', tenant]);
    return createHmac('sha256', root).update(context).update(subjectKey).digest();
  } finally {
    root.fill(0);
  }
}

/** By which marks the tenant's erased persons are known. @throws PatchbayError `vault_unavailable`. */
export async function erasedMarks({ subjectRoots }: SubjectKeyPorts, tenant: string): Promise<Set<string>> {
  return new Set((await subjectRoots.erased(tenant)).map(erasedMarkOf));
}

/**
 * A person's data key: HMAC-SHA256 under their root over a secret of the store, so that neither the store, with the tenant's key, nor
 * the roots alone are enough, and destroying the root ends it in every copy. Null: there is none, and none is made where `make` is
 * false or the person was erased. @throws PatchbayError `vault_unavailable`.
 */
export async function dataKeyOf(
  ports: SubjectKeyPorts,
  tenant: string,
  token: SubjectToken,
  make: boolean,
): Promise<DataKey | null> {
  const root = await (make ? ports.subjectRoots.ensure(tenant, token) : ports.subjectRoots.get(tenant, token));
  if (root === null) return null;
  try {
    const create = () => `${randomBytes(9).toString('base64url')}.${randomBytes(keyBytes).toString('base64')}`;
    const value = await heldIn(ports, rowOf(tenant, token), make ? create : null);
    if (value === null) return null;
    const [id = '', secret = ''] = value.split('.');
    const context = JSON.stringify(['patchbay-subject-key', tenant, token, id, secret]);
    return { id: `sbk_${id}`, bytes: createHmac('sha256', root).update(context).digest() };
  } finally {
    root.fill(0);
  }
}

/** Whether something may be kept of a person that can still be read. @throws PatchbayError `vault_unavailable`. */
export async function hasDataKey(ports: SubjectKeyPorts, tenant: string, token: SubjectToken): Promise<boolean> {
  const root = await ports.subjectRoots.get(tenant, token);
  root?.fill(0);
  return root !== null && (await ports.secrets.read(rowOf(tenant, token))) !== null;
}

/**
 * Ends a person's data key in this store and in every copy of it, and their token: whoever asks from now on gets another. With it
 * ends the key of the tenant's digests, so that nobody can try what a call of theirs may have said.
 * @returns whether there was a key. @throws PatchbayError `vault_unavailable`; what was done stays, and is done again.
 */
export async function destroyDataKey(ports: SubjectKeyPorts, tenant: string, token: SubjectToken): Promise<boolean> {
  // The root first: it is what no copy holds.
  const had = await ports.subjectRoots.destroy(tenant, token);
  await ports.secrets.delete(rowOf(tenant, token));
  await ports.subjectRoots.destroyDigests(tenant);
  return had;
}

/** What a row holds, made by `create` when there is none; null when there is none and none is to be made. */
async function heldIn(ports: SubjectKeyPorts, name: SecretName, create: (() => string) | null): Promise<string | null> {
  for (let round = 0; round < 3; round++) {
    const found = await ports.secrets.read(name);
    if (found !== null) {
      const value = await openSecret(ports, { name, ...found });
      if (value !== null) return value;
    }
    if (create === null) return null;
    const value = create();
    const plaintext = Buffer.from(JSON.stringify({ value } satisfies WebhookSecretValue));
    const row = {
      create: (stored: Parameters<SecretStore['create']>[1]) => ports.secrets.create(name, stored),
      read: () => ports.secrets.read(name),
      replace: (stored: Parameters<SecretStore['create']>[1], revision: number) =>
        ports.secrets.replace(name, stored, revision),
    };
    const made = await storeEncrypted(row, ports.cipher, secretBindingOf(name), plaintext).finally(() =>
      plaintext.fill(0),
    );
    if (made !== null) return value;
    // Somebody else was first: what counts is what they stored.
  }
  throw new PatchbayError('vault_unavailable', { message: 'A key of a person changed while it was read.' });
}

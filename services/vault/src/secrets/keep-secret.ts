import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type KeepSecretRequest,
  type KeepSecretResult,
  maxOwnerSecrets,
  PatchbayError,
  WebhookSecretValue,
} from '@patchbay/contracts';
import { type AuditedWorkPorts, auditedWork } from '../operations/audited-change.ts';
import { openSealed } from '../operations/open-sealed.ts';
import type { CredentialCipher, Sealer } from '../operations/ports.ts';
import { storeEncrypted } from '../operations/store-credential.ts';
import { openSecret } from './open-secret.ts';
import { refuseOthers, secretEntry } from './secret-audit.ts';
import type { ServiceCaller } from './secret-caller.ts';
import { type SecretName, type SecretStore, secretBindingOf, secretsOf } from './secret-store.ts';

export interface KeepSecretPorts extends AuditedWorkPorts {
  readonly secrets: SecretStore;
  readonly cipher: CredentialCipher;
  readonly sealer: Sealer;
}

/** Bytes of the longest value as JSON: what is lent of it, with whose it is, must fit where what was kept did. */
const maxValueBytes = 20_000;

/**
 * Stores a secret that was sealed to the vault. The same value under the same id again changes nothing, so that a caller
 * which got no answer can repeat it.
 * @throws PatchbayError `not_permitted` (another service's owner); `invalid_request` when the sealed value is not usable,
 *   another value has that id, or the owner has as many secrets as it may; `vault_unavailable`; `audit_unavailable`.
 */
export function keepSecret(ports: KeepSecretPorts) {
  return async (request: KeepSecretRequest, caller: ServiceCaller): Promise<KeepSecretResult> => {
    const { tenant, owner, secret_id: id, public_key: sender, sealed: ciphertext } = request;
    refuseOthers(ports, request, caller);
    const { value } = openSealed(
      ports.sealer,
      { sender, ciphertext },
      { path: 'sealed', schema: WebhookSecretValue, maxBytes: maxValueBytes },
    );
    return auditedWork(
      ports,
      (data) => secretEntry(request, caller, 'kept', data),
      async () => {
        const isNew = await store(ports, { tenant, owner, id }, value);
        return { result: { secret_id: id }, facts: { is_new: isNew } };
      },
    );
  };
}

/** False when the very same secret is there already. */
async function store(ports: KeepSecretPorts, name: SecretName, value: string): Promise<boolean> {
  const stored = await secretsOf(ports.secrets, name.tenant, name.owner);
  const present = stored.find((row) => row.name.id === name.id);
  if (present === undefined) {
    if (stored.length >= maxOwnerSecrets)
      throw new PatchbayError('invalid_request', {
        message: `'${name.owner}' has ${stored.length} secrets, and may have ${maxOwnerSecrets}. Drop one first.`,
        details: { max: maxOwnerSecrets },
      });
    const row = {
      create: (next: Parameters<SecretStore['create']>[1]) => ports.secrets.create(name, next),
      read: () => ports.secrets.read(name),
      replace: (next: Parameters<SecretStore['create']>[1], revision: number) =>
        ports.secrets.replace(name, next, revision),
    };
    const plaintext = Buffer.from(JSON.stringify({ value } satisfies WebhookSecretValue));
    const made = await storeEncrypted(row, ports.cipher, secretBindingOf(name), plaintext).finally(() =>
      plaintext.fill(0),
    );
    if (made !== null) return true;
    // Somebody else was first at this moment: what counts is what they stored.
    return store(ports, name, value);
  }
  const before = await openSecret(ports, present);
  if (before === null) return store(ports, name, value);
  if (isSame(before, value)) return false;
  throw new PatchbayError('invalid_request', {
    message: 'Another value is kept under this id. A secret does not change: give the new one an id of its own.',
    details: { issues: [{ path: 'secret_id', message: 'is taken' }] },
  });
}

/** In constant time, whatever their lengths. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

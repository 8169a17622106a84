import { OAuthClient, OAuthClientInfo, PatchbayError, StoredCredential } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import { z } from 'zod';
import type { OAuthClients } from '../oauth/ports.ts';
import type { CredentialBinding, CredentialCipher } from '../operations/ports.ts';
import { reachable, readRecord, storeTimeoutMs } from './nats-record.ts';

const Stored = z.object({ info: OAuthClientInfo, version: z.int().positive(), stored: StoredCredential });

/**
 * Bucket `oauth_clients` at `<scope>.<integration>`: encrypted as a credential of the scope, under its key, and bound to
 * what may be shown of it.
 */
export function createNatsOAuthClients(
  bucket: Bucket,
  cipher: Pick<CredentialCipher, 'encrypt' | 'decrypt' | 'isCurrent'>,
  now: () => Date,
): OAuthClients {
  return {
    async get(scope, integration) {
      const found = await readRecord(bucket, keyOf(scope, integration), Stored);
      if (found === null) return null;
      const { version, info, stored } = found.value;
      const plaintext = await cipher.decrypt(bindingOf(scope, integration, version, info.client_id), stored);
      try {
        return OAuthClient.parse(JSON.parse(plaintext.toString('utf8')));
      } finally {
        plaintext.fill(0);
      }
    },
    async set(scope, integration, client) {
      for (;;) {
        const found = await readRecord(bucket, keyOf(scope, integration), Stored);
        const version = (found?.value.version ?? 0) + 1;
        const info: OAuthClientInfo = {
          scope,
          integration,
          client_id: client.client_id,
          has_secret: client.client_secret !== undefined,
          has_private_key: client.private_key !== undefined,
          updated_at: now().toISOString(),
        };
        const plaintext = Buffer.from(JSON.stringify(client));
        let text: string;
        let keyVersion: number;
        try {
          const stored = await cipher.encrypt(bindingOf(scope, integration, version, client.client_id), plaintext);
          text = JSON.stringify({ info, version, stored });
          keyVersion = stored.tenant_key_version;
        } finally {
          plaintext.fill(0);
        }
        if (text.length > 60_000) throw new PatchbayError('invalid_request', { message: 'The client is too large.' });
        const key = keyOf(scope, integration);
        const written = await reachable(
          found === null
            ? bucket.create(key, text, storeTimeoutMs)
            : bucket.update(key, text, found.revision, storeTimeoutMs),
        );
        if (written === null) continue;
        // A rotation of the scope's key that began meanwhile may have gone by this row: once more, under the new key.
        if (await cipher.isCurrent(scope, keyVersion)) return info;
      }
    },
    async remove(scope, integration) {
      const found = await readRecord(bucket, keyOf(scope, integration), Stored);
      if (found === null) return false;
      return reachable(bucket.delete(keyOf(scope, integration), found.revision));
    },
  };
}

const keyOf = (scope: string, integration: string) => `${scope}.${integration}`;

function bindingOf(scope: string, integration: string, version: number, clientId: string): CredentialBinding {
  return { tenant: scope, connection: 'oauth_client', integration, version, variables: { client_id: clientId } };
}

/** Removes every client of the scope. @returns how many there were. */
export async function removeOAuthClients(bucket: Bucket, scope: string): Promise<number> {
  const keys = await keysOf(bucket, scope);
  for (const key of keys) await reachable(bucket.delete(key));
  return keys.size;
}

async function keysOf(bucket: Bucket, scope: string): Promise<Set<string>> {
  const keys = new Set<string>();
  const looking = await reachable(
    bucket.watch(`${scope}.*`, ({ key, value }) => void (value === null ? keys.delete(key) : keys.add(key))),
  );
  looking.unsubscribe();
  return keys;
}

/** Brings the scope's clients under a version of its key. @returns how many were not. */
export async function reencryptOAuthClients(
  bucket: Bucket,
  cipher: Pick<CredentialCipher, 'reencrypt'>,
  scope: string,
  keyVersion: number,
): Promise<number> {
  let moved = 0;
  for (const key of await keysOf(bucket, scope)) {
    for (;;) {
      const found = await readRecord(bucket, key, Stored);
      if (found === null || found.value.stored.tenant_key_version >= keyVersion) break;
      const { info, version, stored } = found.value;
      const binding = bindingOf(scope, key.slice(scope.length + 1), version, info.client_id);
      const again = { info, version, stored: await cipher.reencrypt(binding, stored, keyVersion) };
      const written = bucket.update(key, JSON.stringify(again), found.revision, storeTimeoutMs);
      if ((await reachable(written)) === null) continue;
      moved++;
      break;
    }
  }
  return moved;
}

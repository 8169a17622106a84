import { OAuthClient, OAuthClientInfo, PatchbayError, StoredCredential } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import { z } from 'zod';
import type { OAuthClients } from '../oauth/ports.ts';
import type { CredentialCipher } from '../operations/ports.ts';
import { reachable, readRecord, storeTimeoutMs } from './nats-record.ts';

const Stored = z.object({ info: OAuthClientInfo, version: z.int().positive(), stored: StoredCredential });

/**
 * Bucket `oauth_clients` at `<scope>.<integration>`: encrypted as a credential of the scope, under its key, and bound to
 * what may be shown of it.
 */
export function createNatsOAuthClients(bucket: Bucket, cipher: CredentialCipher, now: () => Date): OAuthClients {
  const keyOf = (scope: string, integration: string) => `${scope}.${integration}`;
  const bindingOf = (scope: string, integration: string, version: number, clientId: string) => ({
    tenant: scope,
    connection: 'oauth_client',
    integration,
    version,
    variables: { client_id: clientId },
  });
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
        try {
          const stored = await cipher.encrypt(bindingOf(scope, integration, version, client.client_id), plaintext);
          text = JSON.stringify({ info, version, stored });
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
        if (written !== null) return info;
      }
    },
    async remove(scope, integration) {
      const found = await readRecord(bucket, keyOf(scope, integration), Stored);
      if (found === null) return false;
      return reachable(bucket.delete(keyOf(scope, integration), found.revision));
    },
  };
}

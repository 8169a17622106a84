import type { WebhookSource } from '@patchbay/contracts';
import type { WebhookSecrets } from '@patchbay/webhook-secrets';
import type { KeepSecrets } from '../operations/ports.ts';

/** Secrets of sources, which the vault keeps. A source's record says which of them count. */
export function createVaultSecrets(secrets: WebhookSecrets, now: () => number = Date.now): KeepSecrets {
  return {
    async of(source) {
      const live = liveSecrets(source, now());
      if (live.length === 0) return [];
      const wanted = live.map(({ id }) => id);
      const values = await secrets.of({ tenant: source.tenant, owner: source.id }, wanted);
      return live.flatMap(({ id, expires_at }) => {
        const value = values.get(id);
        const expiresAt = expires_at === null ? null : Date.parse(expires_at);
        return value === undefined ? [] : [{ id, value, expiresAt }];
      });
    },
    keep: (tenant, owner, secret_id, { sealed, publicKey: public_key }) =>
      secrets.keepSealed({ tenant, owner, secret_id, sealed, public_key }),
    keepClear: (tenant, owner, id, value) => secrets.keep({ tenant, owner, id, value }),
    async drop(tenant, owner, id) {
      await secrets.drop({ tenant, owner, ...(id !== undefined && { id }) });
    },
  };
}

function liveSecrets({ secrets }: WebhookSource, nowMs: number): WebhookSource['secrets'] {
  return secrets.filter(({ expires_at }) => expires_at === null || Date.parse(expires_at) > nowMs);
}

import { type AddSourceRequest, newId, type SourceResult, type WebhookSource } from '@patchbay/contracts';
import { auditedChange } from './audited-change.ts';
import { checkSource } from './check-source.ts';
import { type Caller, type SourcePorts, viewOf } from './source-ports.ts';

/** Makes a source. Its secret is in the vault before its URL answers. @throws PatchbayError `invalid_request`, `vault_unavailable`, `audit_unavailable`, `overloaded`. */
export function addSource(ports: SourcePorts) {
  return async (request: AddSourceRequest, caller: Caller): Promise<SourceResult> => {
    const { tenant, name, mode, settings, dedup_window_h, sealed_secret } = request;
    const at = new Date(ports.now()).toISOString();
    const id = newId('webhookSource');
    const secretId = sealed_secret === undefined ? null : newId('webhookSecret');
    const source: WebhookSource = {
      id,
      tenant,
      name,
      mode,
      scheme: request.scheme ?? null,
      variant: request.variant ?? null,
      settings,
      secrets: secretId === null ? [] : [{ id: secretId, created_at: at, expires_at: null }],
      public_url: request.public_url ?? null,
      dedup_window_h,
      enabled: true,
      created_at: at,
      updated_at: at,
    };
    checkSource(ports.schemes, source);
    return auditedChange(ports, { tenant, source: id, type: 'dev.patchbay.webhook.source_added' }, caller, async () => {
      if (secretId !== null && sealed_secret !== undefined) {
        const { ciphertext: sealed, sender: publicKey } = sealed_secret;
        await ports.secrets.keep(tenant, id, secretId, { sealed, publicKey });
      }
      try {
        await ports.sources.create(source);
      } catch (error) {
        // Whether it was made is not known: without its secret it believes nothing.
        if (secretId !== null) await ports.secrets.drop(tenant, id).catch(() => {});
        throw error;
      }
      return { result: { source: viewOf(ports, source) }, facts: { scheme: source.scheme, mode, secret: secretId } };
    });
  };
}

import { type AddSourceRequest, newId, type SourceResult, type WebhookSource } from '@patchbay/contracts';
import { registerSource } from '../upstream/register-source.ts';
import { auditedChange } from './audited-change.ts';
import { checkSource } from './check-source.ts';
import { type Caller, type SourcePorts, viewOf } from './source-ports.ts';

/**
 * Makes a source. Its secret is in the vault before its URL answers; or it is registered at its vendor, and the secret comes of
 * that. @throws PatchbayError `invalid_request`, `vault_unavailable`, `audit_unavailable`, `overloaded`, or why it could not be registered.
 */
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
      if (request.upstream !== undefined) {
        const registered = await registerSource(ports, source, request.upstream);
        const { integration, connection, webhook_id } = registered.upstream;
        const facts = { scheme: source.scheme, mode, integration, connection, webhook: webhook_id };
        return { result: { source: viewOf(ports, registered) }, facts };
      }
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

import {
  newId,
  type RegisterWebhookRequest,
  type RegisterWebhookResult,
  type SourceUpstream,
  type WebhookSource,
} from '@patchbay/contracts';
import type { SourcePorts } from '../sources/source-ports.ts';
import { placeOf, type RegisteredSource } from './remove-at-vendor.ts';

/** What is asked of the vendor for a source. */
export function orderTo(source: RegisteredSource): Omit<RegisterWebhookRequest, 'deadline_ms'> {
  return { ...placeOf(source), events: source.upstream.events, scheme: source.scheme as string };
}

/**
 * Keeps the secret of a registration in the vault, and gives what it changes in the source's record: the secret beside those
 * that are there, the settings, and what the vendor has of it. @throws PatchbayError `vault_unavailable`.
 */
export async function takeAnswer(
  { schemes, secrets, now }: Pick<SourcePorts, 'schemes' | 'secrets' | 'now'>,
  { tenant, id, scheme, upstream }: RegisteredSource,
  answer: RegisterWebhookResult,
): Promise<(found: { readonly source: WebhookSource }) => WebhookSource> {
  const secret = answer.sealed_secret === null ? null : newId('webhookSecret');
  if (secret !== null && answer.sealed_secret !== null) {
    const { ciphertext: sealed, sender: publicKey } = answer.sealed_secret;
    await secrets.keep(tenant, id, secret, { sealed, publicKey });
  }
  const at = new Date(now()).toISOString();
  const known = schemes.get(scheme ?? '')?.settings ?? {};
  // What the scheme has no setting for is for the removal.
  const settings = Object.entries(answer.settings).filter(([name]) => Object.hasOwn(known, name));
  const taken: SourceUpstream = {
    ...upstream,
    state: 'registered',
    webhook_id: answer.webhook_id,
    events: answer.events,
    settings: answer.settings,
    registered_at: at,
    expires_at: answer.expires_at,
    renew_after: null,
  };
  return ({ source }) => ({
    ...source,
    settings: { ...source.settings, ...Object.fromEntries(settings) },
    secrets: secret === null ? source.secrets : [...source.secrets, { id: secret, created_at: at, expires_at: null }],
    upstream: taken,
    updated_at: at,
  });
}

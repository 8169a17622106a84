import {
  type AddSourceSecretRequest,
  maxOwnerSecrets,
  newId,
  PatchbayError,
  type RemoveSourceSecretRequest,
  type SourceResult,
  type WebhookSecretEntry,
  type WebhookSource,
} from '@patchbay/contracts';
import { auditedChange } from './audited-change.ts';
import { type Caller, changeNow, type SourcePorts, sourceGone, viewOf } from './source-ports.ts';

/**
 * Adds a secret; those before go on counting for the overlap, so that the vendor can be told in between. What ended is
 * destroyed. @throws PatchbayError `invalid_request`, `vault_unavailable`, `audit_unavailable`, `overloaded`.
 */
export function addSourceSecret(ports: SourcePorts) {
  return (request: AddSourceSecretRequest, caller: Caller): Promise<SourceResult> => {
    const { tenant, source: id, sealed_secret, overlap_ms } = request;
    const change = { tenant, source: id, type: 'dev.patchbay.webhook.secret_added' } as const;
    return auditedChange(ports, change, caller, async () => {
      const now = ports.now();
      const at = new Date(now).toISOString();
      const secretId = newId('webhookSecret');
      const endsAt = new Date(now + overlap_ms).toISOString();
      const next = (source: WebhookSource): WebhookSource => {
        const present = source.secrets.filter((one) => counts(one, now));
        if (present.length >= maxOwnerSecrets) throw tooMany();
        const kept = present.map((one) => endingBy(one, endsAt)).filter((one) => counts(one, now));
        const secrets = [...kept, { id: secretId, created_at: at, expires_at: null }];
        return { ...source, secrets, updated_at: at };
      };
      // Is there such a source, and room for one more? Before the vault is asked to keep what nobody would name.
      const found = await ports.sources.read(tenant, id);
      if (found === null) throw sourceGone(id);
      next(found.source);
      await destroy(
        ports,
        found.source,
        found.source.secrets.filter((one) => !counts(one, now)),
      );
      const { ciphertext: sealed, sender: publicKey } = sealed_secret;
      await ports.secrets.keep(tenant, id, secretId, { sealed, publicKey });
      try {
        const { before, after } = await changeNow(ports.sources, tenant, id, ({ source }) => next(source));
        const named = new Set(after.secrets.map((one) => one.id));
        await destroy(
          ports,
          before,
          before.secrets.filter((one) => !named.has(one.id)),
        );
        return { result: { source: viewOf(ports, after) }, facts: { secret: secretId, overlap_ms } };
      } catch (error) {
        await ports.secrets.drop(tenant, id, secretId).catch(() => {});
        throw error;
      }
    });
  };
}

/** Ends a secret at once. @throws PatchbayError `invalid_request`, `vault_unavailable` (it no longer counts all the same), `audit_unavailable`, `overloaded`. */
export function removeSourceSecret(ports: SourcePorts) {
  return ({ tenant, source: id, secret_id }: RemoveSourceSecretRequest, caller: Caller): Promise<SourceResult> => {
    const change = { tenant, source: id, type: 'dev.patchbay.webhook.secret_removed' } as const;
    return auditedChange(ports, change, caller, async () => {
      const { after } = await changeNow(ports.sources, tenant, id, ({ source }) => {
        const secrets = source.secrets.filter((one) => one.id !== secret_id);
        if (secrets.length === source.secrets.length) throw noSecret(secret_id);
        return { ...source, secrets, updated_at: new Date(ports.now()).toISOString() };
      });
      await ports.secrets.drop(tenant, id, secret_id);
      return { result: { source: viewOf(ports, after) }, facts: { secret: secret_id } };
    });
  };
}

/** The secret, ending then at the latest. */
export function endingBy(one: WebhookSecretEntry, endsAt: string): WebhookSecretEntry {
  return one.expires_at !== null && one.expires_at < endsAt ? one : { ...one, expires_at: endsAt };
}

/** Whether the secret counts now. */
export function counts({ expires_at }: WebhookSecretEntry, now: number): boolean {
  return expires_at === null || Date.parse(expires_at) > now;
}

/** What no record names is destroyed. When the vault is away it stays there, and counts for nothing. */
export async function destroy(
  { secrets, report }: Pick<SourcePorts, 'secrets' | 'report'>,
  { tenant, id: source }: WebhookSource,
  ended: readonly WebhookSecretEntry[],
): Promise<void> {
  for (const { id } of ended)
    await secrets.drop(tenant, source, id).catch((error: unknown) => {
      report('warn', 'a secret that ended could not be destroyed in the vault', { source, secret: id, err: error });
    });
}

function tooMany(): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: `A source has ${maxOwnerSecrets} secrets at most. Remove one first.`,
    details: { issues: [{ path: 'sealed_secret', message: 'is one too many' }] },
  });
}

function noSecret(id: string): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: `The source has no secret ${id}.`,
    details: { issues: [{ path: 'secret_id', message: 'is not there' }] },
  });
}

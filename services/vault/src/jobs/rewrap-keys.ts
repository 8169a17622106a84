import { PatchbayError } from '@patchbay/contracts';
import { isSameKey, type KeyService, type TenantKeyName } from '../encryption/key-service.ts';
import type { TenantKeyStore } from '../encryption/tenant-key-store.ts';
import type { Report } from '../operations/ports.ts';
import type { JobInHand, JobWork } from './ports.ts';

export interface RewrapKeysPorts {
  readonly keyStore: Pick<TenantKeyStore, 'listAll' | 'read' | 'replace'>;
  readonly keyService: Pick<KeyService, 'provider' | 'keyId' | 'rewrap'>;
  readonly report: Report;
}

/**
 * Wraps every tenant key under the wrapping key that the vault is configured with, until a pass finds none under another.
 * The keys themselves stay what they are, so nothing that is encrypted under them changes, and no vault has to drop one.
 */
export function rewrapKeys(ports: RewrapKeysPorts): JobWork {
  return async (hand) => {
    while ((await pass(ports, hand)) > 0) await hand.save({ step: 'looks again' });
  };
}

async function pass(ports: RewrapKeysPorts, hand: JobInHand): Promise<number> {
  const names = await ports.keyStore.listAll();
  await hand.save({ step: 'wraps anew', total: names.length, done: 0 });
  let moved = 0;
  const refused: string[] = [];
  for (const [i, name] of names.entries()) {
    try {
      if (await rewrap(ports, name)) moved++;
    } catch (error) {
      if (!(error instanceof PatchbayError) || error.body.retryable) throw error;
      refused.push(`${name.tenant}.${name.version}`);
    }
    await hand.beat({ done: i + 1 });
  }
  if (refused.length > 0) throw damaged(ports.report, refused);
  return moved;
}

async function rewrap({ keyStore, keyService }: RewrapKeysPorts, name: TenantKeyName): Promise<boolean> {
  for (;;) {
    const row = await keyStore.read(name);
    if (row === null || isSameKey(row.value.key_id, keyService.keyId)) return false;
    const wrapped = await keyService.rewrap(Buffer.from(row.value.wrapped, 'base64'), name, row.value.key_id);
    const again = {
      ...row.value,
      provider: keyService.provider,
      key_id: keyService.keyId,
      wrapped: Buffer.from(wrapped).toString('base64'),
    };
    if (await keyStore.replace(again, row.revision)) return true;
  }
}

function damaged(report: Report, keys: readonly string[]): PatchbayError {
  report('error', 'wrapped tenant keys were refused: the store may have been changed', {
    keys: keys.slice(0, 20),
    number: keys.length,
  });
  return new PatchbayError('vault_unavailable', {
    message: `${keys.length} wrapped keys were refused, ${keys[0]} among them; the others are under the new key. Keep the old wrapping key until they are restored, and begin again.`,
    retryable: false,
    details: { reason: 'tenant_key' },
  });
}

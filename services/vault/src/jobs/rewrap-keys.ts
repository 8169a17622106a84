import { PatchbayError } from '@patchbay/contracts';
import { base64Bytes } from '../encryption/base64.ts';
import { isErased } from '../encryption/key-refusals.ts';
import { isSameKey, type KeyService } from '../encryption/key-service.ts';
import type { TenantKeyRow, TenantKeyStore } from '../encryption/tenant-key-store.ts';
import type { Report } from '../operations/ports.ts';
import { passOver, type RowOutcome } from './pass-over.ts';
import type { JobInHand, JobWork } from './ports.ts';

export interface RewrapKeysPorts {
  readonly keyStore: Pick<TenantKeyStore, 'scan' | 'replace'>;
  readonly keyService: Pick<KeyService, 'provider' | 'keyId' | 'rewrap'>;
  readonly report: Report;
}

/** Keys in work at once: the key service's quota is for calls of tenants. */
const width = 4;

/**
 * Wraps every tenant key under the wrapping key that the vault is configured with, until a pass finds none under another.
 * The keys themselves stay what they are, so nothing that is encrypted under them changes, and no vault has to drop one.
 */
export function rewrapKeys(ports: RewrapKeysPorts): JobWork {
  return async (hand) => {
    await pass(ports, hand, { step: 'wraps anew', after: hand.job.cursor });
    while ((await pass(ports, hand, { step: 'looks again', after: 0 })) > 0);
  };
}

async function pass(
  ports: RewrapKeysPorts,
  hand: JobInHand,
  { step, after }: { step: string; after: number },
): Promise<number> {
  const refused: string[] = [];
  const moved = await passOver(hand, {
    step,
    after,
    width,
    pages: (from) => ports.keyStore.scan(from),
    async work(row) {
      const outcome = await rewrap(ports, row);
      if (outcome !== 'refused') return outcome;
      refused.push(`${row.name.tenant}.${row.name.version}`);
      return 'held';
    },
  });
  if (refused.length > 0) throw damaged(ports.report, refused);
  return moved;
}

async function rewrap(
  { keyStore, keyService }: RewrapKeysPorts,
  { name, value, revision }: TenantKeyRow,
): Promise<RowOutcome | 'refused'> {
  if (value === null) return 'refused';
  if (isSameKey(value.key_id, keyService.keyId)) return 'passed';
  try {
    const wrapped = base64Bytes(value.wrapped);
    if (wrapped === null) return 'refused';
    const anew = await keyService.rewrap(wrapped, name, value.key_id);
    const again = {
      ...value,
      provider: keyService.provider,
      key_id: keyService.keyId,
      wrapped: Buffer.from(anew).toString('base64'),
    };
    // When it changed meanwhile, it comes again.
    return (await keyStore.replace(again, revision)) ? 'changed' : 'passed';
  } catch (error) {
    // It came back with an older store, and is dead under any wrapping key.
    if (isErased(error)) return 'passed';
    if (error instanceof PatchbayError && !error.body.retryable) return 'refused';
    throw error;
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

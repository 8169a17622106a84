import { setTimeout as delay } from 'node:timers/promises';
import { PatchbayError } from '@patchbay/contracts';
import type { Report } from '../operations/ports.ts';
import { base64Bytes } from './base64.ts';
import { isErased } from './key-refusals.ts';
import type { RootedKeyService } from './key-service.ts';
import type { TenantKeyRow, TenantKeyStore } from './tenant-key-store.ts';

export interface AdoptRootsPorts {
  readonly keyStore: Pick<TenantKeyStore, 'scan' | 'replace' | 'getRootsId' | 'createRootsId'>;
  readonly keyService: Pick<RootedKeyService, 'isRooted' | 'root'>;
  /** Names the place that this vault has roots in. */
  readonly rootsId: string;
  readonly report: Report;
}

/** Milliseconds between two attempts of a start. */
const pauseMs = 500;

/**
 * As `adoptRoots`, and as patient as a start may be where a call may not: a store whose server has just begun, beside seven
 * services that make their streams, can be slower than the second that one answer gets.
 */
export async function adoptRootsAtStart(ports: AdoptRootsPorts, patienceMs = 30_000): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await adoptRoots(ports);
    } catch (error) {
      // What was written before an answer was lost is met again as its own: nothing is rooted twice.
      if (!(error instanceof PatchbayError && error.body.retryable) || performance.now() > giveUpAt) throw error;
      ports.report('warn', 'the store of tenant keys does not answer yet', { reason: error.message });
      await delay(pauseMs);
    }
  }
}

/**
 * Sees to it that the store's keys and the vault's roots belong together, before anything is served. A store that no vault with
 * roots has seen yet gets its keys rooted, once; from then on keys without a root are refused. Several vaults may be at it.
 * @throws Error when the store's keys are rooted elsewhere: this vault would make roots that no other sees.
 */
export async function adoptRoots(ports: AdoptRootsPorts): Promise<void> {
  const { keyStore, rootsId } = ports;
  const known = await keyStore.getRootsId();
  if (known === rootsId) return;
  if (known !== null)
    throw new Error(
      `The tenant keys in this store take roots of another directory (${known}) than PATCHBAY_VAULT_ROOTS_DIR names (${rootsId}). Every vault needs the same one: mount it, or bring it back.`,
    );
  let rooted = 0;
  for await (const { rows } of keyStore.scan(0)) for (const row of rows) if (await adopt(ports, row)) rooted++;
  if (rooted > 0) ports.report('warn', 'tenant keys of before there were roots take one from now on', { keys: rooted });
  // Whoever was first says where roots are.
  if (!(await keyStore.createRootsId(rootsId))) await adoptRoots(ports);
}

async function adopt({ keyStore, keyService }: AdoptRootsPorts, row: TenantKeyRow): Promise<boolean> {
  const { name, value, revision } = row;
  const wrapped = value === null ? null : base64Bytes(value.wrapped);
  // What is damaged is refused when it is used.
  if (value === null || wrapped === null || keyService.isRooted(wrapped)) return false;
  try {
    const rooted = Buffer.from(await keyService.root(wrapped, name)).toString('base64');
    return await keyStore.replace({ ...value, wrapped: rooted }, revision);
  } catch (error) {
    if (isErased(error)) return false;
    throw error;
  }
}

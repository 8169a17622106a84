import type { VaultKeyResult } from '@patchbay/contracts';
import type { z } from 'zod';
import type { Sealer } from './ports.ts';

/** The public key to seal a new credential to. Nothing of a tenant's is read, so nothing is audited. */
export function getVaultKey({ sealer }: { sealer: Sealer }) {
  return async (): Promise<z.infer<typeof VaultKeyResult>> => ({ public_key: sealer.publicKey });
}

import { expect, it } from 'vitest';
import { memoryVault } from '../../test/memory-vault.ts';
import { getVaultKey } from './get-vault-key.ts';

it('answers with the key that credentials are sealed to', async () => {
  const { sealer } = memoryVault();
  expect(await getVaultKey({ sealer })()).toEqual({ public_key: sealer.publicKey });
});

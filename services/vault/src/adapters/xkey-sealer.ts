import { createSealingKeys } from '@patchbay/messaging';
import type { Sealer } from '../operations/ports.ts';

const probe = new Uint8Array(1);

/**
 * Seals and opens with the vault's xkey. Every replica of the vault has the same seed: a credential sealed to the key that
 * one replica answered with may be delivered to another.
 * @param maxKnownRecipients recipients remembered as good, so that not every lease checks its recipient anew.
 */
export function createXkeySealer(seed: string, maxKnownRecipients = 1_024): Sealer {
  const keys = createSealingKeys(seed);
  const known = new Set<string>();
  return {
    publicKey: keys.publicKey,
    isRecipient(publicKey) {
      if (known.has(publicKey)) return true;
      try {
        keys.seal(probe, publicKey);
      } catch {
        return false;
      }
      if (known.size >= maxKnownRecipients) known.clear();
      known.add(publicKey);
      return true;
    },
    seal: keys.seal,
    open: keys.open,
  };
}

import { PatchbayError } from '@patchbay/contracts';
import type { Sealer } from '../operations/ports.ts';

/** JSON, sealed to one process. @throws PatchbayError `invalid_request` when `recipient` is no xkey. */
export function sealedFor(sealer: Sealer, value: unknown, recipient: string): { sealed: string; public_key: string } {
  if (!sealer.isRecipient(recipient))
    throw new PatchbayError('invalid_request', {
      message: 'The public key is not an xkey.',
      details: { issues: [{ path: 'public_key', message: 'not an xkey public key' }] },
    });
  const clear = Buffer.from(JSON.stringify(value));
  try {
    return { sealed: Buffer.from(sealer.seal(clear, recipient)).toString('base64'), public_key: sealer.publicKey };
  } finally {
    clear.fill(0);
  }
}

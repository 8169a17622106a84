import { PatchbayError } from '@patchbay/contracts';
import type { EntryStore } from './ports.ts';

/** Other writers can come between reading and replacing an entry; more than a few times means something is wrong. */
const maxTries = 5;

/**
 * Changes an entry, or creates it, whoever else is at it. `change` gives what shall stand there, or null when nothing is to
 * be done; it may be asked again. Settles with what stands there, and whether it was changed.
 * @throws PatchbayError `overloaded` when others keep changing it, and what `change` and the store throw.
 */
export async function changeEntry<Address, Stored>(
  store: EntryStore<Address, Stored>,
  address: Address,
  what: string,
  change: (present: Stored | null) => Stored | null,
): Promise<{ readonly stored: Stored | null; readonly before: Stored | null; readonly changed: boolean }> {
  for (let tries = 0; tries < maxTries; tries++) {
    const present = await store.read(address);
    const before = present?.stored ?? null;
    const stored = change(before);
    if (stored === null) return { stored: before, before, changed: false };
    if (await (present === null ? store.create(stored) : store.replace(stored, present.revision)))
      return { stored, before, changed: true };
  }
  throw new PatchbayError('overloaded', { message: `${what} is being changed by others; try again.` });
}

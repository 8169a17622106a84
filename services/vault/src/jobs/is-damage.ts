import { PatchbayError } from '@patchbay/contracts';

/** Whether an error says that one row is not what a vault wrote, while the others may well be. */
export function isDamage(error: unknown): boolean {
  return error instanceof PatchbayError && ['integrity', 'damaged_record'].includes(String(error.body.details.reason));
}

import { writeFileSync } from 'node:fs';
import { createSealingKeys, createSealingSeed } from '@patchbay/messaging';

/**
 * Makes the key that backups are sealed to: its secret half into a new file that its owner alone reads. It belongs where no backup is.
 * @returns the public half (`X…`), by which backups are made.
 */
export function makeBackupKey(file: string): string {
  const seed = createSealingSeed();
  writeFileSync(file, `${seed}\n`, { mode: 0o600, flag: 'wx' });
  return createSealingKeys(seed).publicKey;
}

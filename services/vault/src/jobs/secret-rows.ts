import type { CredentialCipher } from '../operations/ports.ts';
import { type SecretRow, type SecretStore, secretBindingOf } from '../secrets/secret-store.ts';
import { inGroups } from './in-groups.ts';
import { isDamage } from './is-damage.ts';
import type { JobInHand } from './ports.ts';

/** Rows in work at once. */
const width = 16;

export interface ReencryptSecretsPorts {
  readonly secrets: Pick<SecretStore, 'scan' | 'replace'>;
  readonly cipher: Pick<CredentialCipher, 'reencrypt'>;
}

/**
 * Brings every secret of the job's tenant under a version of its key. Those that are there already are gone by.
 * @returns how many were not, and the ids of those that are not what was stored.
 */
export async function reencryptSecrets(
  ports: ReencryptSecretsPorts,
  hand: JobInHand,
  keyVersion: number,
): Promise<{ moved: number; refused: string[] }> {
  let moved = 0;
  const refused: string[] = [];
  for await (const { rows } of ports.secrets.scan({ tenant: hand.job.tenant }))
    await inGroups(
      rows,
      width,
      async (row) => {
        const outcome = await reencrypt(ports, row, keyVersion);
        if (outcome === 'refused') refused.push(row.name.id);
        if (outcome === 'moved') moved++;
      },
      () => hand.beat(),
    );
  return { moved, refused };
}

async function reencrypt(
  { secrets, cipher }: ReencryptSecretsPorts,
  { name, value, revision }: SecretRow,
  keyVersion: number,
): Promise<'moved' | 'passed' | 'refused'> {
  if (value === null) return 'refused';
  if (value.tenant_key_version >= keyVersion) return 'passed';
  try {
    const again = await cipher.reencrypt(secretBindingOf(name), value, keyVersion);
    // When it changed meanwhile, it comes again.
    return (await secrets.replace(name, again, revision)) ? 'moved' : 'passed';
  } catch (error) {
    if (isDamage(error)) return 'refused';
    throw error;
  }
}

/** Deletes every secret of the job's tenant. */
export async function deleteSecrets(
  { secrets }: { readonly secrets: Pick<SecretStore, 'scan' | 'delete'> },
  hand: JobInHand,
): Promise<void> {
  for await (const { rows } of secrets.scan({ tenant: hand.job.tenant }))
    await inGroups(
      rows,
      width,
      ({ name }) => secrets.delete(name),
      () => hand.beat(),
    );
}

import type { StoredCredential } from '@patchbay/contracts';
import type { CredentialBinding, Page } from '../operations/ports.ts';

/** Which secret of whom: `owner` is a webhook source or a subscription, or `subjectsOwner`. */
export interface SecretName {
  readonly tenant: string;
  readonly owner: string;
  readonly id: string;
}

/** Owns what the keys of a tenant's persons are made of: see `subjects/`. No id of a source or a subscription. */
export const subjectsOwner = 'subjects';

/** One stored secret. `value` is null when it is not what a vault wrote. */
export interface SecretRow {
  readonly name: SecretName;
  readonly value: StoredCredential | null;
  readonly revision: number;
}

/**
 * Encrypted secrets, one row each. What a row holds never changes, only the tenant key that it is encrypted under. Every
 * method throws PatchbayError `vault_unavailable` when the store does not answer.
 */
export interface SecretStore {
  /** @throws PatchbayError also when the row is not what a vault wrote (`details.reason` `damaged_record`). */
  read(name: SecretName): Promise<{ value: StoredCredential; revision: number } | null>;
  /** False when there is such a row already. */
  create(name: SecretName, stored: StoredCredential): Promise<boolean>;
  /** False when the row changed since `revision`. */
  replace(name: SecretName, stored: StoredCredential, revision: number): Promise<boolean>;
  /** Deleting what is not there is no error. */
  delete(name: SecretName): Promise<void>;
  /** The rows of one owner, or of every owner of the tenant, a page at a time: what changes meanwhile comes again at the end. */
  scan(of: { readonly tenant: string; readonly owner?: string }): AsyncIterable<Page<SecretRow>>;
}

/** What a secret is bound to. Its row has one version: another secret has another id. */
export function secretBindingOf({ tenant, owner, id }: SecretName): CredentialBinding {
  const integration = owner === subjectsOwner ? 'subject_key' : 'webhook_secret';
  return { tenant, connection: owner, integration, version: 1, variables: { id } };
}

/** Every secret of an owner. */
export async function secretsOf(store: Pick<SecretStore, 'scan'>, tenant: string, owner: string): Promise<SecretRow[]> {
  // A row that changed during the scan comes twice: the later one counts.
  const rows = new Map<string, SecretRow>();
  for await (const page of store.scan({ tenant, owner })) for (const row of page.rows) rows.set(row.name.id, row);
  return [...rows.values()];
}

import type { ApiKey } from '@patchbay/contracts';
import { auditedChange } from '../audited-change.ts';
import { changeKey, type KeyCaller, type KeyPorts, keyNotFound, viewOf } from './key-ports.ts';

/** Ends a key. Again: nothing changes. @throws PatchbayError `not_found`. */
export function revokeKey(ports: KeyPorts) {
  return async (
    { tenant, key: id }: { readonly tenant: string; readonly key: string },
    caller: KeyCaller,
  ): Promise<ApiKey> => {
    const read = await ports.store.readKey(id);
    if (read === null || read.row.tenant !== tenant) throw keyNotFound(id);
    const change = { tenant, act: 'key_revoked' as const, target: { kind: 'api_key', id }, ...caller };
    const revoked = await auditedChange(ports, change, () =>
      changeKey(ports.store, tenant, id, (row) =>
        row.revoked_at === null ? { ...row, revoked_at: new Date(ports.now()).toISOString() } : null,
      ),
    );
    return viewOf(revoked);
  };
}

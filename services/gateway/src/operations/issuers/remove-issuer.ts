import type { TrustedIssuer } from '@patchbay/contracts';
import { auditedChange } from '../audited-change.ts';
import type { KeyCaller } from '../keys/key-ports.ts';
import { changedByOthers, type IssuerPorts, issuerNotFound } from './issuer-ports.ts';

/** Takes no more of the issuer's tokens, and ends what is open under them. @throws PatchbayError `not_found`. */
export function removeIssuer(ports: IssuerPorts) {
  return async ({ tenant }: { readonly tenant: string }, caller: KeyCaller): Promise<TrustedIssuer> => {
    const read = await ports.store.readIssuer(tenant);
    if (read === null) throw issuerNotFound(tenant);
    const change = { tenant, act: 'issuer_removed' as const, target: { kind: 'issuer', id: tenant }, ...caller };
    await auditedChange(ports, change, async () => {
      if (!(await ports.store.removeIssuer(tenant, read.revision))) throw changedByOthers();
    });
    return read.row;
  };
}

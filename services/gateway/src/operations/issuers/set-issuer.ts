import { type IssuerSettings, PatchbayError, type SetIssuerResult, type TrustedIssuer } from '@patchbay/contracts';
import { scopesOf } from '@patchbay/identity';
import { auditedChange } from '../audited-change.ts';
import { type KeyCaller, refuseMoreThanHeld } from '../keys/key-ports.ts';
import { changedByOthers, type IssuerPorts } from './issuer-ports.ts';

/**
 * Has a tenant trust an issuer, in the place of the one that it trusted. The issuer is asked for its keys first: settings by
 * which nobody could come in are refused.
 * @throws PatchbayError `not_found` for no such tenant, `not_permitted` for roles that may do more than the caller,
 *   `invalid_request` for an issuer whose keys cannot be had, or whose tokens for this audience are another tenant's.
 */
export function setIssuer(ports: IssuerPorts) {
  return async (
    { tenant, ...settings }: IssuerSettings & { readonly tenant: string },
    caller: KeyCaller,
  ): Promise<SetIssuerResult> => {
    const { store, now } = ports;
    if (store.findTenant(tenant) === null)
      throw new PatchbayError('not_found', { message: `There is no tenant '${tenant}'.` });
    refuseMoreThanHeld([...new Set(Object.values(settings.roles).flatMap((role) => scopesOf(role, tenant)))], caller);
    const others = store.issuersNamed(settings.issuer).filter((one) => one.tenant !== tenant);
    if (others.some(({ audience }) => audience === settings.audience))
      throw new PatchbayError('invalid_request', {
        message: 'Tokens of this issuer for this audience are another tenant’s.',
        details: { issues: [{ path: 'audience', message: 'taken; have the issuer give tokens for one of your own' }] },
      });
    const read = await store.readIssuer(tenant);
    const row: TrustedIssuer = {
      ...settings,
      tenant,
      // Never that of before, also when two changes come in one millisecond.
      changed_at: new Date(Math.max(now(), Date.parse(read?.row.changed_at ?? '') + 1 || 0)).toISOString(),
      changed_by: caller.actor.id,
      // What was signed out of the same issuer stays so.
      signed_out: read?.row.issuer === settings.issuer ? read.row.signed_out : [],
    };
    await ports.probe(row);

    const change = { tenant, act: 'issuer_set' as const, target: { kind: 'issuer', id: tenant }, ...caller };
    await auditedChange(
      ports,
      change,
      async () => {
        const done = read === null ? await store.createIssuer(row) : await store.updateIssuer(row, read.revision);
        if (!done) throw changedByOthers();
      },
      () => ({ issuer: settings.issuer, roles: Object.values(settings.roles).join(' ') }),
    );
    return { issuer: row, created: read === null };
  };
}

import { type NewApiKey, PatchbayError, platformScope } from '@patchbay/contracts';
import { formatApiKey, scopesOf } from '@patchbay/identity';
import { auditedChange } from '../audited-change.ts';
import { type KeyCaller, type KeyPorts, type MadeKey, refuseMoreThanHeld, storeNew, viewOf } from './key-ports.ts';

/**
 * Makes a key of a tenant, or of the platform.
 * @throws PatchbayError `not_found` for no tenant of that name, `invalid_request` for scopes that the role does not have or an
 *   end that has passed, `not_permitted` for more than the caller holds.
 */
export function createKey(ports: KeyPorts) {
  return async (asked: NewApiKey & { readonly tenant: string }, caller: KeyCaller): Promise<MadeKey> => {
    const { tenant, name, role, agent = null } = asked;
    if (tenant !== platformScope && ports.store.findTenant(tenant) === null)
      throw new PatchbayError('not_found', { message: `There is no tenant '${tenant}'.` });
    const allowed = scopesOf(role, tenant);
    const scopes = asked.scopes ?? [...allowed];
    const beyond = scopes.filter((scope) => !allowed.includes(scope));
    if (beyond.length > 0 || scopes.length === 0)
      throw invalid('scopes', `the role ${role} does not have ${beyond.join(', ') || 'any scope here'}`);
    const expiresAt = asked.expires_at === undefined ? null : new Date(asked.expires_at).toISOString();
    if (expiresAt !== null && Date.parse(expiresAt) <= ports.now()) throw invalid('expires_at', 'it has passed');
    refuseMoreThanHeld(scopes, caller);

    const change = { tenant, act: 'key_created' as const, target: { kind: 'api_key', id: name }, ...caller };
    const { stored, secret } = await auditedChange(
      ports,
      change,
      () =>
        storeNew(ports, {
          tenant,
          name,
          role,
          scopes: [...new Set(scopes)],
          agent,
          created_by: caller.actor.id,
          expires_at: expiresAt,
          replaces: null,
        }),
      ({ stored: { id } }) => ({ key: id, role }),
    );
    return { key: viewOf(stored), text: formatApiKey({ id: stored.id, secret }) };
  };
}

function invalid(path: string, message: string): PatchbayError {
  return new PatchbayError('invalid_request', { details: { issues: [{ path, message }] } });
}

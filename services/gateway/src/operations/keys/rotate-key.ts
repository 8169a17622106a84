import { type ApiKey, PatchbayError } from '@patchbay/contracts';
import { endOfKey, formatApiKey, isUsable } from '@patchbay/identity';
import { auditedChange } from '../audited-change.ts';
import {
  changeKey,
  type KeyCaller,
  type KeyPorts,
  keyNotFound,
  type MadeKey,
  refuseMoreThanHeld,
  storeNew,
  viewOf,
} from './key-ports.ts';

export interface Rotation {
  readonly tenant: string;
  readonly key: string;
  /** Milliseconds that the present key goes on. */
  readonly overlap_ms: number;
}

/**
 * Makes a key that takes another's place; the other goes on for the overlap and then ends. The new one is there first: what
 * fails between leaves two that are taken, never none.
 * @throws PatchbayError `not_found`, `invalid_request` for one that has ended, `not_permitted` for one that may do more than
 *   the caller: whoever rotates it holds its successor.
 */
export function rotateKey(ports: KeyPorts) {
  return async (
    { tenant, key: id, overlap_ms: overlapMs }: Rotation,
    caller: KeyCaller,
  ): Promise<MadeKey & { readonly replaced: ApiKey }> => {
    const read = await ports.store.readKey(id);
    if (read === null || read.row.tenant !== tenant) throw keyNotFound(id);
    const { name, role, scopes, agent, expires_at, ...old } = read.row;
    if (!isUsable({ expires_at, ...old }, ports.now()))
      throw new PatchbayError('invalid_request', { message: 'The key has ended; make a new one.' });
    refuseMoreThanHeld(scopes, caller);

    const change = { tenant, act: 'key_rotated' as const, target: { kind: 'api_key', id }, ...caller };
    const { made, secret, replaced } = await auditedChange(
      ports,
      change,
      async () => {
        const { stored, secret } = await storeNew(ports, {
          tenant,
          name,
          role,
          scopes,
          agent,
          created_by: caller.actor.id,
          expires_at,
          replaces: id,
        });
        const until = ports.now() + overlapMs;
        const replaced = await changeKey(ports.store, tenant, id, (row) =>
          endOfKey(row) <= until ? null : { ...row, expires_at: new Date(until).toISOString() },
        );
        return { made: stored, secret, replaced };
      },
      ({ made }) => ({ key: made.id, overlap_ms: overlapMs }),
    );
    return { key: viewOf(made), text: formatApiKey({ id: made.id, secret }), replaced: viewOf(replaced) };
  };
}

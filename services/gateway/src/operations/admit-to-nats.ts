import {
  inboxPrefixOfAccess,
  PatchbayError,
  type Permissions,
  permissionsOfAccess,
  platformScope,
} from '@patchbay/contracts';
import { natsInboxNameOf, natsUserOf, type Principal } from '@patchbay/identity';
import type { Authenticate } from './authenticate.ts';
import type { OnRefused } from './observe-access.ts';

export interface AdmitToNatsPorts {
  readonly authenticate: Authenticate;
  /** When what a principal came in by ends, in Unix milliseconds. */
  readonly endOf: (principal: Principal) => number;
  readonly now: () => number;
  /** Told of those who are known and may not. */
  readonly onRefused: OnRefused;
}

/** A connection that is let in. */
export interface NatsAdmission {
  readonly user: string;
  readonly permissions: Permissions;
  readonly endsAtMs: number;
}

/**
 * Whether whoever shows a key or a token may connect to NATS, and what they may do there; null: not at all. A key of the
 * platform may not: no subject says which tenant it acts for. Nor one that is bound to an agent or a session: on NATS the
 * caller says who calls, and nobody could hold them to it.
 */
export function admitToNats({ authenticate, endOf, now, onRefused }: AdmitToNatsPorts) {
  return async (secret: string): Promise<NatsAdmission | null> => {
    const principal = await authenticate(secret, 'nats');
    if (principal === null) return null;
    if (principal.tenant === platformScope || principal.agent !== null || principal.session !== null) {
      onRefused({ principal, tenant: null, operation: 'nats', error: new PatchbayError('not_permitted') });
      return null;
    }
    const endsAtMs = endOf(principal);
    // The server counts in whole seconds.
    if (endsAtMs - now() < 1_000) return null;
    const inboxPrefix = inboxPrefixOfAccess(principal.tenant, natsInboxNameOf(principal));
    return {
      user: natsUserOf(principal),
      permissions: permissionsOfAccess({ tenant: principal.tenant, scopes: principal.scopes, inboxPrefix }),
      endsAtMs,
    };
  };
}

import { authorizeUrl } from './authorize-url.ts';
import type { ConnectPorts } from './connect-ports.ts';
import { hashOf, randomText } from './connect-secrets.ts';
import { oauthContext } from './oauth-context.ts';

/** Where a browser goes that follows a connect link, and the cookie that it must come back with. */
export type Followed =
  | { readonly ok: true; readonly location: string; readonly cookie: string }
  /** `gone`: no such connect, or its time is up. `done`: it has been used. */
  | { readonly ok: false; readonly why: 'gone' | 'done' };

/**
 * Follows a connect link. Each time a new state is made that only this browser can bring back; the one before is void, so
 * that a link which a mail scanner opened first still works.
 * @throws PatchbayError `vault_unavailable`, or as of `oauthContext`.
 */
export function followConnect(ports: ConnectPorts) {
  return async (tenant: string, connect: string): Promise<Followed> => {
    for (;;) {
      const found = await ports.connects.get(tenant, connect);
      if (found === null || Date.parse(found.value.expires_at) <= ports.now().getTime())
        return { ok: false, why: 'gone' };
      const { value: record, revision } = found;
      if (record.state !== 'waiting' || record.grant !== 'authorization_code') return { ok: false, why: 'done' };
      const { settings, client } = await oauthContext(ports, tenant, record.integration, record.variables);
      const state = ports.secrets.newState(tenant, connect);
      const cookie = randomText();
      const next = { ...record, state_hash: hashOf(state), browser_hash: hashOf(cookie) };
      if ((await ports.connects.replace(next, revision)) === null) continue;
      const verifier = ports.secrets.verifierOf(state);
      const location = await authorizeUrl(settings, client, { redirectUri: redirectUri(ports), state, verifier });
      return { ok: true, location, cookie };
    }
  };
}

/** Where vendors send browsers back to: the one address that an app is registered with. */
export function redirectUri({ publicUrl }: Pick<ConnectPorts, 'publicUrl'>): string {
  return `${publicUrl}/oauth/callback`;
}

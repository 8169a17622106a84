import { principalOfNatsUser } from '@patchbay/identity';
import { followNatsSessions, type NatsSessions, serveAuthCallout } from '@patchbay/messaging';
import type { Logger } from '@patchbay/service-kit';
import type { GatewayConfig } from './config.ts';
import { admitToNats } from './operations/admit-to-nats.ts';
import type { Authenticate } from './operations/authenticate.ts';
import type { OnRefused } from './operations/observe-access.ts';
import type { OpenSessions } from './operations/open-sessions.ts';
import type { IdentityStore } from './operations/ports.ts';
import { endOf } from './operations/principal-life.ts';

export interface NatsAccessPorts {
  readonly store: IdentityStore;
  readonly authenticate: Authenticate;
  readonly sessions: OpenSessions;
  readonly now: () => number;
  readonly onRefused: OnRefused;
}

/** Lets keys and tokens in on NATS, and ends their connections with them. Null: this gateway is not asked. */
export async function wireNatsAccess(
  config: Pick<GatewayConfig, 'natsUrls' | 'instance' | 'callout'>,
  log: Logger,
  { store, authenticate, sessions, now, onRefused }: NatsAccessPorts,
): Promise<{ close(): Promise<unknown> }> {
  const { callout } = config;
  if (callout === null) return { close: async () => {} };
  const aside = { servers: config.natsUrls, name: config.instance };
  const tenantOfKey = (id: string) => store.findKey(id)?.tenant ?? null;
  let follower: NatsSessions | null = null;
  follower = await followNatsSessions({
    ...aside,
    seed: callout.kickerSeed,
    onOpened(session) {
      const principal = principalOfNatsUser(session.user, tenantOfKey);
      if (principal === null) return () => {};
      // Not until the follower is there, when this is told of at its start.
      const end = () => queueMicrotask(() => follower?.end(session));
      return sessions.open(principal, end).close;
    },
    onError: (err) => log.error({ err }, 'connections to NATS could not be followed'),
  });
  const served = await serveAuthCallout({
    ...aside,
    seed: callout.calloutSeed,
    issuerSeed: callout.issuerSeed,
    xkeySeed: callout.xkeySeed,
    decide: admitToNats({ authenticate, endOf: (principal) => endOf(store, principal, now()), now, onRefused }),
    onError: (err) => log.warn({ err }, 'a client of NATS could not be looked at'),
  });
  return { close: () => Promise.all([served.close(), follower.close()]) };
}

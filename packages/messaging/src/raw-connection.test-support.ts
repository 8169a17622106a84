import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import { type Identity, inboxPrefixOf } from '@patchbay/contracts';
import type { TestServers } from '@patchbay/testkit';

/** The client's own connection, for what `Messaging` keeps to itself. */
export function rawConnection(servers: TestServers, identity: Identity): Promise<NatsConnection> {
  return connect({
    servers: [...servers.natsUrls],
    authenticator: nkeyAuthenticator(new TextEncoder().encode(servers.seedOf(identity))),
    inboxPrefix: inboxPrefixOf(identity),
  });
}

import { connect, type NatsConnection } from '@nats-io/transport-node';
import { nkeyAuthenticator } from './nkeys.ts';

export interface SideConnectionOptions {
  /** One URL or several of one cluster, `nats://host:port`. */
  readonly servers: readonly string[];
  /** The identity's NKey seed (`SU…`), as text. Secret. */
  readonly seed: string;
  /** Shown by the server in its connection list. */
  readonly name: string;
}

/** A connection in another account than ours, where there are no services and no streams. It tries for ever once it stood. */
export function connectAside(
  { servers, seed, name }: SideConnectionOptions,
  inboxPrefix: string,
): Promise<NatsConnection> {
  return connect({
    servers: [...servers],
    authenticator: nkeyAuthenticator(seed),
    name,
    inboxPrefix,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: 20_000,
  });
}

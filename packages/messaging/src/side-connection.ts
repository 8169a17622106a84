import type { NatsConnection } from '@nats-io/transport-node';
import { connectCoalescing } from './coalescing-transport.ts';
import { lossTerms } from './loss-terms.ts';
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
export async function connectAside(
  { servers, seed, name }: SideConnectionOptions,
  inboxPrefix: string,
): Promise<NatsConnection> {
  const { connection } = await connectCoalescing({
    servers: [...servers],
    authenticator: nkeyAuthenticator(seed),
    name,
    inboxPrefix,
    ...lossTerms,
  });
  return connection;
}

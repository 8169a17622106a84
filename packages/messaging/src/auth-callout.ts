import {
  type AuthorizationRequest,
  type AuthorizationResponse,
  type ClaimsData,
  decode,
  encodeAuthorizationResponse,
  encodeUser,
} from '@nats-io/jwt';
import { fromPublic, fromSeed } from '@nats-io/nkeys';
import type { Msg } from '@nats-io/transport-node';
import { calloutSubject, natsAccounts, type Permissions, queueGroupOf } from '@patchbay/contracts';
import { createSealingKeys } from './sealing-keys.ts';
import { connectAside, type SideConnectionOptions } from './side-connection.ts';

/** Somebody who may connect. */
export interface NatsGrant {
  /** What the server calls the connection's user: letters that anyone may read. */
  readonly user: string;
  readonly permissions: Permissions;
  /** When the server ends the connection, in Unix milliseconds; infinity: it does not. */
  readonly endsAtMs: number;
}

export interface AuthCalloutOptions extends SideConnectionOptions {
  /** The seed (`SA…`) that the servers' configuration names the public key of. Secret. */
  readonly issuerSeed: string;
  /** The seed (`SX…`) that questions are sealed to: they hold what the client proves itself by. Secret. */
  readonly xkeySeed: string;
  /** Whoever shows this password or token, or null for nobody. */
  readonly decide: (secret: string) => Promise<NatsGrant | null>;
  readonly onError: (error: unknown) => void;
}

/** Subscriptions that one connection may hold. */
const maxSubscriptions = 4_096;
/** Name of the header that says whom a server seals to. */
const serverKeyHeader = 'Nats-Server-Xkey';
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Answers servers that ask who a client is which is none of their own users (auth callout, nats-server 2.10). Several
 * processes share the questions. Nobody is let in that `decide` does not name, nor while it fails.
 */
export async function serveAuthCallout(options: AuthCalloutOptions): Promise<{ close(): Promise<void> }> {
  const sealing = createSealingKeys(options.xkeySeed);
  const issuer = fromSeed(encoder.encode(options.issuerSeed.trim()));
  const connection = await connectAside(options, '_INBOX_callout');

  async function answer(message: Msg): Promise<void> {
    const serverKey = message.headers?.get(serverKeyHeader) ?? '';
    const { nats } = decode<AuthorizationRequest>(
      decoder.decode(sealing.open(message.data, serverKey)),
    ) as ClaimsData<AuthorizationRequest> & { readonly nats: AuthorizationRequest };
    const user = fromPublic(nats.user_nkey);
    const { auth_token: token, pass } = nats.connect_opts;
    const secret = token ?? pass ?? '';
    const grant = secret === '' ? null : await options.decide(secret);
    const verdict: Partial<AuthorizationResponse> =
      grant === null
        ? { error: 'no key or token that is taken' }
        : {
            jwt: await encodeUser(
              grant.user,
              user,
              issuer,
              {
                pub: allowOnly(grant.permissions.publish),
                sub: allowOnly(grant.permissions.subscribe),
                subs: maxSubscriptions,
                allowed_connection_types: ['STANDARD', 'WEBSOCKET'],
              },
              {
                aud: natsAccounts.main,
                ...(Number.isFinite(grant.endsAtMs) && { exp: Math.floor(grant.endsAtMs / 1_000) }),
              },
            ),
          };
    const response = await encodeAuthorizationResponse(user, fromPublic(nats.server_id.id), issuer, verdict, {});
    message.respond(sealing.seal(encoder.encode(response), serverKey));
  }

  connection.subscribe(calloutSubject, {
    queue: queueGroupOf('gateway'),
    callback(error, message) {
      if (error) options.onError(error);
      // Without an answer the server refuses the client.
      else answer(message).catch(options.onError);
    },
  });
  await connection.flush();
  return { close: () => connection.drain().catch(() => connection.close()) };
}

/** The server takes an empty list for everything. */
function allowOnly(subjects: readonly string[]): { allow: string[] } {
  return { allow: subjects.length === 0 ? ['_NOTHING'] : [...subjects] };
}

import type { NatsConnection } from '@nats-io/transport-node';
import { natsAccounts } from '@patchbay/contracts';
import { z } from 'zod';
import { decodeJson } from './json.ts';
import { connectAside, type SideConnectionOptions } from './side-connection.ts';

/** A client's connection to one of the servers. */
export interface NatsSession {
  /** The server's id, and the connection's number there. */
  readonly server: string;
  readonly id: number;
  /** The user that it connected as: as the callout called it, or an NKey. */
  readonly user: string;
}

export interface NatsSessionsOptions extends SideConnectionOptions {
  /** A connection stands; also each that stood before this process looked. What it returns is called at the end of it. */
  readonly onOpened: (session: NatsSession) => () => void;
  readonly onError: (error: unknown) => void;
}

export interface NatsSessions {
  /** Ends a connection, whose client may try to come again. */
  end(session: NatsSession): void;
  close(): Promise<void>;
}

/** As the kicker's permissions have it. */
const inbox = '_INBOX_kicker';
/** Connections that a server tells of in one answer. */
const pageRows = 1_024;
/** Milliseconds in which servers answer. */
const gatherMs = 1_000;

const Server = z.object({ id: z.string() });
const Told = z.object({
  server: Server,
  client: z.object({ id: z.int(), user: z.string().optional() }),
});
const Listed = z.object({
  server: Server,
  data: z.object({
    total: z.int(),
    connections: z.array(z.object({ cid: z.int(), authorized_user: z.string().optional() })),
  }),
});

/**
 * Follows who is connected to our account, through the system account: all at the start and after each loss of the connection,
 * then as they come and go. Needs nats-server 2.10.
 */
export async function followNatsSessions(options: NatsSessionsOptions): Promise<NatsSessions> {
  const connection = await connectAside(options, inbox);
  const open = new Map<string, () => void>();
  const keyOf = (server: string, id: number) => `${server} ${id}`;

  function opened(session: NatsSession): void {
    const key = keyOf(session.server, session.id);
    if (!open.has(key)) open.set(key, options.onOpened(session));
  }
  function ended(key: string): void {
    const close = open.get(key);
    open.delete(key);
    close?.();
  }
  function hear(subject: string, take: (told: z.output<typeof Told>) => void): void {
    connection.subscribe(`$SYS.ACCOUNT.${natsAccounts.main}.${subject}`, {
      callback(error, message) {
        if (error) return options.onError(error);
        const told = Told.safeParse(decodeJson(message.data));
        if (told.success) take(told.data);
      },
    });
  }
  hear('CONNECT', ({ server, client: { id, user = '' } }) => opened({ server: server.id, id, user }));
  hear('DISCONNECT', ({ server, client }) => ended(keyOf(server.id, client.id)));

  async function look(): Promise<void> {
    const before = new Set(open.keys());
    const { sessions, servers } = await listed(connection);
    for (const session of sessions) {
      opened(session);
      before.delete(keyOf(session.server, session.id));
    }
    // What a server that answered no longer has ended while nobody listened.
    for (const key of before) if (servers.has(key.split(' ')[0] as string)) ended(key);
  }
  await connection.flush();
  // Nobody waits for it: who is there already is looked at within moments.
  look().catch(options.onError);
  void (async () => {
    for await (const { type } of connection.status()) if (type === 'reconnect') look().catch(options.onError);
  })();

  return {
    // The server does nothing for who takes no answer.
    end: ({ server, id }) =>
      connection.publish(`$SYS.REQ.SERVER.${server}.KICK`, JSON.stringify({ cid: id }), { reply: `${inbox}.kicked` }),
    close: () => connection.drain().catch(() => connection.close()),
  };
}

/** Every connection of our account on every server that answers. */
async function listed(
  connection: NatsConnection,
): Promise<{ readonly sessions: NatsSession[]; readonly servers: ReadonlySet<string> }> {
  const sessions: NatsSession[] = [];
  const servers = new Set<string>();
  for (let offset = 0, more = true; more; offset += pageRows) {
    more = false;
    const asked = { auth: true, acc: natsAccounts.main, limit: pageRows, offset };
    const answers = await connection.requestMany('$SYS.REQ.SERVER.PING.CONNZ', JSON.stringify(asked), {
      strategy: 'stall',
      maxWait: gatherMs,
      stall: gatherMs / 2,
    });
    for await (const { data } of answers) {
      const parsed = Listed.safeParse(decodeJson(data));
      if (!parsed.success) continue;
      const { server, data: page } = parsed.data;
      servers.add(server.id);
      for (const { cid, authorized_user: user = '' } of page.connections)
        sessions.push({ server: server.id, id: cid, user });
      if (page.total > offset + pageRows) more = true;
    }
  }
  return { sessions, servers };
}

import { randomUUID } from 'node:crypto';
import { type Server, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';

/** Sessions of one principal, and of a process, at once. */
const perOwner = 64;
const altogether = 4_096;
/** Milliseconds after which a session that nobody used has ended. */
const idleMs = 30 * 60_000;
/** Milliseconds between two looks at who is idle. */
const sweepMs = 60_000;

export interface Session {
  readonly id: string;
  readonly owner: string;
  readonly tenant: string;
  readonly server: Server;
  readonly transport: WebStandardStreamableHTTPServerTransport;
}

interface Held extends Session {
  usedAt: number;
  /** Requests under way and streams open. */
  busy: number;
  unwatch: () => void;
}

/** Begins to watch who came in; called with what to do when their key or token ends. Returns how to stop. */
export type Watch = (end: () => void) => () => void;

export interface NewSession {
  /** Whose it is: nobody else finds it. */
  readonly owner: string;
  readonly tenant: string;
  /** Makes the session's server. */
  readonly serve: (session: string) => Server;
  readonly watch: Watch;
}

/**
 * Sessions of the protocol's revisions up to 2025-11-25: what a client said at `initialize` is remembered for it, its request
 * ids are unique, and a stream of its own tells it what changed. They live in this process and end with it; a client that is
 * told 404 begins another.
 */
export class Sessions {
  readonly #held = new Map<string, Held>();
  readonly #sweeping: NodeJS.Timeout;

  constructor() {
    this.#sweeping = setInterval(() => this.#sweep(), sweepMs);
    this.#sweeping.unref();
  }

  get size(): number {
    return this.#held.size;
  }

  /** Null when there is no room: a session that is busy is not ended for another. */
  async open({ owner, tenant, serve, watch }: NewSession): Promise<Session | null> {
    if (!this.#makeRoom(owner)) return null;
    const id = randomUUID();
    const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => id });
    const server = serve(id);
    const held: Held = {
      id,
      owner,
      tenant,
      server,
      transport,
      usedAt: performance.now(),
      busy: 0,
      unwatch: () => {},
    };
    this.#held.set(id, held);
    server.onclose = () => this.#drop(held);
    await server.connect(transport);
    held.unwatch = watch(() => close(held));
    return held;
  }

  /** Null for a session that is another's, as for one that does not exist. */
  find(id: string, owner: string): Session | null {
    const held = this.#held.get(id);
    return held?.owner === owner ? held : null;
  }

  /**
   * Says that a request of the session is under way. From then on the session ends with what the request came with: a
   * token that was renewed keeps it open. Returns how to say that the request ended.
   */
  use({ id }: Session, watch: Watch): () => void {
    const held = this.#held.get(id);
    if (held === undefined) return () => {};
    held.unwatch();
    held.unwatch = watch(() => close(held));
    held.busy += 1;
    held.usedAt = performance.now();
    let over = false;
    return () => {
      if (over) return;
      over = true;
      held.busy -= 1;
      held.usedAt = performance.now();
    };
  }

  of(tenant: string | null): Session[] {
    return [...this.#held.values()].filter((held) => tenant === null || held.tenant === tenant);
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeping);
    await Promise.all([...this.#held.values()].map(({ server }) => server.close().catch(() => {})));
  }

  #makeRoom(owner: string): boolean {
    const own = [...this.#held.values()].filter((held) => held.owner === owner);
    if (own.length < perOwner && this.#held.size < altogether) return true;
    const oldest = own.filter(({ busy }) => busy === 0).sort((a, b) => a.usedAt - b.usedAt)[0];
    if (oldest === undefined) return false;
    this.#drop(oldest);
    close(oldest);
    return true;
  }

  #sweep(): void {
    const since = performance.now() - idleMs;
    for (const held of this.#held.values()) if (held.busy === 0 && held.usedAt < since) close(held);
  }

  #drop(held: Held): void {
    if (this.#held.get(held.id) !== held) return;
    this.#held.delete(held.id);
    held.unwatch();
  }
}

function close({ server }: Session): void {
  void server.close().catch(() => {});
}

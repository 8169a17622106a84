import { type NatsPrincipal as Came, nameOf } from '@patchbay/identity';
import type { IdentityStore } from './ports.ts';
import { endOf } from './principal-life.ts';

type Known = Pick<IdentityStore, 'findKey' | 'findTenant' | 'findIssuer'>;

/** Longest delay that a timer takes, in milliseconds. */
const maxTimerMs = 2_147_483_647;

/** Something that stays open under a key or a token: a stream, a socket. */
export interface OpenSession {
  close(): void;
}

export type SessionDoor = 'live' | 'graphql' | 'mcp';
/** Told of what is opened and closed. */
export type TellSession = (
  what: 'opened' | 'closed',
  principal: Came,
  facts: { readonly door: SessionDoor; readonly duration_ms?: number },
) => void;

/** What is open under one key or token. */
interface Held {
  readonly principal: Came;
  /** Each with what is to do when it is closed, whoever closes it. */
  readonly ends: Map<() => void, () => void>;
  timer: NodeJS.Timeout | undefined;
}

/**
 * What is open under whom. `look` ends what is open under keys and tokens that are no longer taken; it is called when the copy
 * of the store changes, and by a timer when one expires. `end` is called once at most, and not after `close`.
 */
export class OpenSessions {
  readonly #store: Known;
  readonly #now: () => number;
  readonly #tell: TellSession;
  readonly #open = new Map<string, Held>();

  constructor(store: Known, now: () => number = Date.now, tell: TellSession = () => {}) {
    this.#store = store;
    this.#now = now;
    this.#tell = tell;
  }

  get size(): number {
    return [...this.#open.values()].reduce((sum, { ends }) => sum + ends.size, 0);
  }

  /** `door` for what somebody stays in by, which is told of; null for a single answer. */
  open(principal: Came, end: () => void, door: SessionDoor | null = null): OpenSession {
    const name = proofOf(principal);
    const held = this.#open.get(name) ?? { principal, ends: new Map(), timer: undefined };
    this.#open.set(name, held);
    const openedAt = this.#now();
    held.ends.set(end, () => {
      if (door !== null) this.#tell('closed', principal, { door, duration_ms: this.#now() - openedAt });
    });
    if (door !== null) this.#tell('opened', principal, { door });
    // It may have ended between being asked and being opened.
    this.#lookAt(name, held);
    return { close: () => this.#close(name, held, end) };
  }

  /** Looks at all. */
  look(): void {
    for (const [name, held] of [...this.#open]) this.#lookAt(name, held);
  }

  close(): void {
    for (const { timer } of this.#open.values()) clearTimeout(timer);
  }

  #lookAt(name: string, held: Held): void {
    clearTimeout(held.timer);
    const now = this.#now();
    const leftMs = endOf(this.#store, held.principal, now) - now;
    if (leftMs <= 0) {
      for (const end of [...held.ends.keys()]) {
        this.#close(name, held, end);
        end();
      }
    } else if (Number.isFinite(leftMs))
      held.timer = setTimeout(() => this.#lookAt(name, held), Math.min(leftMs, maxTimerMs)).unref();
  }

  #close(name: string, held: Held, end: () => void): void {
    held.ends.get(end)?.();
    held.ends.delete(end);
    if (held.ends.size > 0) return;
    clearTimeout(held.timer);
    if (this.#open.get(name) === held) this.#open.delete(name);
  }
}

/** A key ends as one; the tokens of a subject each for itself. */
function proofOf(principal: Came): string {
  const { token } = principal;
  return token === undefined
    ? nameOf(principal)
    : [nameOf(principal), token.jti, token.issuedAtMs, token.expiresAtMs, token.trustedSince].join(' ');
}

import { type AuditActsOf, type AuditData, everyTenant, platformScope } from '@patchbay/contracts';
import { actorOf, nameOf, type Principal } from '@patchbay/identity';

/** By which way somebody came. */
export type DoorName = 'http' | 'graphql' | 'live' | 'mcp' | 'voice' | 'nats';

/** A key or a token that was not taken. */
export interface RefusedSignIn {
  readonly door: DoorName;
  /** Of whose key, or of the tenant that trusts the token's issuer; null: nobody knows. */
  readonly tenant: string | null;
  /** Id of the key, if there is one of that id. */
  readonly key: string | null;
  /** A word, never a text that the caller chose. */
  readonly reason: string;
}

/** Something that a principal asked for and may not. */
export interface RefusedAccess {
  readonly principal: Principal;
  /** For which it was asked; null: none was named, or another than the principal's. */
  readonly tenant: string | null;
  /** The operation, or the path's pattern: never one with values in it. */
  readonly operation: string;
}

export interface TalliedEvent {
  readonly tenant: string;
  readonly act: AuditActsOf<'gateway'>;
  readonly data: Omit<AuditData, 'actor'> & { readonly actor: AuditData['actor'] | null };
}

interface Count {
  times: number;
  first: number;
  last: number;
}

interface Refusals extends Count {
  readonly event: (facts: NonNullable<AuditData['facts']>) => TalliedEvent;
}

interface Uses extends Count {
  readonly principal: Principal;
  readonly door: DoorName;
  /** When its use was last told; null: never. */
  toldAt: number | null;
}

/** Kinds of refusal that one report tells apart; further ones are one more. */
const maxKinds = 200;
/** Principals and doors whose use is told apart. */
const maxUsers = 10_000;
/** Milliseconds after which the use of a key by a door is told again. */
const againMs = 900_000;

/**
 * Who came in and who did not, counted: whoever can reach the gateway can cause refusals, and a busy key comes in a thousand times a
 * second, but neither makes more than so many events. A key's first use by a door is in the next report.
 */
export class AccessTally {
  readonly #now: () => number;
  #refusals = new Map<string, Refusals>();
  readonly #uses = new Map<string, Uses>();

  /** `now` in Unix milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  signedIn(principal: Principal, door: DoorName): void {
    const name = `${door} ${nameOf(principal)}`;
    const known = this.#uses.get(name);
    if (known !== undefined) return this.#count(known);
    // Beyond that a use is not forgotten: requests themselves leave their events.
    if (this.#uses.size >= maxUsers) return;
    this.#uses.set(name, { principal, door, toldAt: null, ...this.#once() });
  }

  signInRefused({ door, tenant, key, reason }: RefusedSignIn): void {
    this.#refuse(`in ${door} ${tenant} ${key} ${reason}`, (facts) => ({
      tenant: tenant === null || tenant === platformScope ? everyTenant : tenant,
      act: 'sign_in_refused',
      data: {
        actor: null,
        target: { kind: key === null ? 'credential' : 'api_key', id: key ?? 'unknown' },
        outcome: 'refused',
        error_code: 'not_authenticated',
        facts: { door, reason, ...facts },
      },
    }));
  }

  accessRefused({ principal, tenant, operation }: RefusedAccess): void {
    const whose = tenant ?? principal.tenant;
    this.#refuse(`to ${nameOf(principal)} ${whose} ${operation}`, (facts) => ({
      tenant: whose === platformScope ? everyTenant : whose,
      act: 'access_refused',
      data: {
        actor: actorOf(principal),
        target: { kind: 'operation', id: operation },
        outcome: 'refused',
        error_code: 'not_permitted',
        facts,
      },
    }));
  }

  /** What is to be told by now; it is counted no more. */
  take(): TalliedEvent[] {
    const now = this.#now();
    const told: TalliedEvent[] = [];
    for (const refused of this.#refusals.values()) told.push(refused.event(factsOf(refused)));
    this.#refusals = new Map();
    for (const [name, uses] of this.#uses) {
      if (uses.toldAt !== null && now - uses.toldAt < againMs) continue;
      if (uses.times === 0) {
        this.#uses.delete(name);
        continue;
      }
      told.push(usedEvent(uses));
      uses.toldAt = now;
      uses.times = 0;
    }
    return told;
  }

  /** Everything that was counted, told or not. */
  takeAll(): TalliedEvent[] {
    for (const uses of this.#uses.values()) uses.toldAt = null;
    return this.take();
  }

  #refuse(name: string, event: Refusals['event']): void {
    const known = this.#refusals.get(name);
    if (known !== undefined) return this.#count(known);
    if (this.#refusals.size < maxKinds) {
      this.#refusals.set(name, { event, ...this.#once() });
      return;
    }
    const rest = this.#refusals.get('rest');
    if (rest !== undefined) return this.#count(rest);
    this.#refusals.set('rest', { event: restEvent, ...this.#once() });
  }

  #once(): Count {
    const now = this.#now();
    return { times: 1, first: now, last: now };
  }

  #count(of: Count): void {
    const now = this.#now();
    if (of.times === 0) of.first = now;
    of.times++;
    of.last = now;
  }
}

function factsOf({ times, first, last }: Count) {
  return { count: times, first: new Date(first).toISOString(), last: new Date(last).toISOString() };
}

function usedEvent({ principal, door, ...count }: Uses): TalliedEvent {
  const { id, kind, role, session, tenant } = principal;
  return {
    tenant: tenant === platformScope ? everyTenant : tenant,
    act: 'signed_in',
    data: {
      actor: { ...actorOf(principal), ...(session !== null && { session }) },
      target: { kind: kind === 'key' ? 'api_key' : 'user', id },
      outcome: 'succeeded',
      facts: { door, role, ...factsOf(count) },
    },
  };
}

/** Of more kinds than are told apart. */
function restEvent(facts: NonNullable<AuditData['facts']>): TalliedEvent {
  return {
    tenant: everyTenant,
    act: 'sign_in_refused',
    data: {
      actor: null,
      target: { kind: 'credential', id: 'unknown' },
      outcome: 'refused',
      error_code: 'not_authenticated',
      facts: { reason: 'many_kinds', ...facts },
    },
  };
}

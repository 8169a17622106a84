import type { CircuitFacts, CircuitOptions, CircuitState } from './circuit.ts';
import { Circuit } from './circuit.ts';
import type { Caller, Watched } from './host-health.ts';
import { HostHealth } from './host-health.ts';

export type { Caller } from './host-health.ts';

/**
 * What one attempt told: the upstream answered; could not be reached; answered with a 5xx; refused the credential; or
 * nothing.
 */
export type Health = 'up' | 'down' | 'failing' | 'unauthorised' | 'unknown';

type Answered = Exclude<Health, 'down'>;

/** Leave to make one attempt: a permit of each circuit it passed, 0 where there was none. */
export interface Permit {
  readonly host: HostHealth;
  readonly caller: Caller;
  readonly hostPermit: number;
  readonly answersPermit: number;
  readonly credentialPermit: number;
}

export interface BreakerState {
  /** Opened by connections that fail, for all tenants. */
  readonly host: CircuitState;
  /** Opened by 5xx or a refused credential, for this tenant alone: the worse of the two. */
  readonly tenant: CircuitState;
  readonly retry_after_ms: number;
}

/** A circuit changed its state by what this process saw: that of a host, or that of one tenant's 5xx at it. */
export interface CircuitChange {
  readonly host: string;
  /** Null: the host's circuit, which concerns everyone. */
  readonly tenant: string | null;
  readonly state: CircuitState;
  /** Milliseconds until the next probe; 0 unless open. */
  readonly openMs: number;
}

/** One circuit for an operator. `tenant` is null for that of the host, which concerns everyone. */
export interface CircuitView extends CircuitFacts {
  readonly host: string;
  readonly tenant: string | null;
  readonly watches: Watched;
}

/** Hosts remembered. Past that the oldest are forgotten, unless a circuit of theirs has something to remember. */
const maxHosts = 4_096;

/**
 * What is known about upstreams: a circuit per host for connections that fail, and two per host and tenant. One counts the
 * 5xx that the tenant was answered with, for what one tenant's calls meet says little of another's: its account, its shard or
 * its arguments may be what breaks. One counts refusals of its credential, and no longer holds once that is replaced.
 */
export class UpstreamHealth {
  private readonly hosts = new Map<string, HostHealth>();
  private readonly options: CircuitOptions;
  private readonly onChange: (change: CircuitChange) => void;

  constructor(options: CircuitOptions, onChange: (change: CircuitChange) => void = () => {}) {
    this.options = options;
    this.onChange = onChange;
  }

  /** A permit, or the milliseconds until one may be had. */
  enter(caller: Caller, hostName: string, now: number): Permit | number {
    const host = this.hostOf(hostName, now);
    if (host.isUntroubled) return { host, caller, hostPermit: 0, answersPermit: 0, credentialPermit: 0 };
    const credential = host.credentialOf(caller);
    const answers = host.answersOf(caller.tenant);
    const { circuit } = host;
    // All are asked before one is entered: a probe that another circuit would hold back is not begun.
    if (credential?.admits(now) === false) return credential.retryAfterMs(now);
    if (answers?.admits(now) === false) return answers.retryAfterMs(now);
    if (circuit?.admits(now) === false) return circuit.retryAfterMs(now);
    return {
      host,
      caller,
      hostPermit: circuit?.enter(now) ?? 0,
      answersPermit: answers?.enter(now) ?? 0,
      credentialPermit: credential?.enter(now) ?? 0,
    };
  }

  /** What became of the attempt. Every permit must be reported once. */
  report(permit: Permit, health: Health, now: number): void {
    const { host } = permit;
    if (health === 'failing') host.failingAt = now;
    else if (health === 'up' || health === 'unauthorised') host.upAt = now;
    if ((health === 'up' || health === 'unknown') && host.isUntroubled) return;
    if (health === 'down') host.circuit ??= this.newCircuit(host, null);
    // Whatever it answered, it could be reached.
    const reached = health === 'down' || health === 'unknown' ? health : 'up';
    if (host.circuit !== null) settle(host.circuit, permit.hostPermit, reached, now);
    // A host that is down says nothing of how it would have answered, nor of the credential.
    this.settleAnswers(permit, health === 'down' ? 'unknown' : health, now);
    this.settleCredential(permit, health === 'down' ? 'unknown' : health, now);
  }

  /**
   * Takes another process's word about a host, or about a tenant's 5xx at it. `delayMs` keeps our probe behind the other's.
   * Word of a host that answered us within the counting window does not stop our calls: the other process may be the one that
   * is cut off. For a tenant's 5xx, what contradicts is an answer without one, to anyone.
   */
  hear({ host: name, tenant, state, openMs }: CircuitChange, delayMs: number, now: number): void {
    if (state === 'open') {
      const host = this.hostOf(name, now);
      const answeredAt = tenant === null ? Math.max(host.upAt, host.failingAt) : host.upAt;
      this.heardOf(host, tenant, now).hearOpen(now, openMs, delayMs, now - answeredAt < this.options.windowMs);
      return;
    }
    const host = this.hosts.get(name);
    const circuit = tenant === null ? host?.circuit : host?.answersOf(tenant);
    if (state === 'closed') circuit?.hearClosed(now);
    else circuit?.hearProbe(now);
  }

  /** The circuits that have something to tell: not closed, or with failures in their window. */
  *views(now: number): Generator<CircuitView> {
    for (const [name, host] of this.hosts) {
      for (const { circuit, ...whose } of host.circuits()) yield { host: name, ...whose, ...circuit.facts(now) };
    }
  }

  state(tenant: string, hostName: string, now: number): BreakerState {
    const host = this.hosts.get(hostName);
    const own = host?.stateOf(tenant, now);
    return {
      host: host?.circuit?.current(now) ?? 'closed',
      tenant: own?.state ?? 'closed',
      retry_after_ms: Math.max(host?.circuit?.retryAfterMs(now) ?? 0, own?.retryAfterMs ?? 0),
    };
  }

  private hostOf(name: string, now: number): HostHealth {
    let host = this.hosts.get(name);
    if (host !== undefined) return host;
    if (this.hosts.size >= maxHosts) this.forgetHosts(now);
    host = new HostHealth(name);
    this.hosts.set(name, host);
    return host;
  }

  /** The circuit that another process spoke of, made if need be. */
  private heardOf(host: HostHealth, tenant: string | null, now: number): Circuit {
    if (tenant === null) {
      host.circuit ??= this.newCircuit(host, null);
      return host.circuit;
    }
    return host.answersOf(tenant) ?? host.keepAnswers(tenant, this.newCircuit(host, tenant), now);
  }

  private settleAnswers({ host, caller, answersPermit }: Permit, health: Answered, now: number): void {
    let circuit = host.answersOf(caller.tenant);
    if (health === 'failing') circuit ??= host.keepAnswers(caller.tenant, this.newCircuit(host, caller.tenant), now);
    if (circuit === undefined) return;
    settle(circuit, answersPermit, health === 'failing' ? 'down' : health === 'unknown' ? 'unknown' : 'up', now);
  }

  private settleCredential({ host, caller, credentialPermit }: Permit, health: Answered, now: number): void {
    let circuit = host.credentialOf(caller);
    if (health === 'unauthorised') circuit ??= host.keepCredential(caller, new Circuit(this.options), now);
    if (circuit === undefined) return;
    // An error of the server says nothing of the credential.
    settle(
      circuit,
      credentialPermit,
      health === 'unauthorised' ? 'down' : health === 'failing' ? 'unknown' : health,
      now,
    );
  }

  private newCircuit({ name }: HostHealth, tenant: string | null): Circuit {
    return new Circuit(this.options, (state, openMs) => this.onChange({ host: name, tenant, state, openMs }));
  }

  private forgetHosts(now: number): void {
    for (const [name, host] of this.hosts) {
      if (this.hosts.size < maxHosts / 2) return;
      if (host.forgetIdle(now)) this.hosts.delete(name);
    }
  }
}

/** A circuit made after the permit was given has none of its own: the call counts as one of its first. */
function settle(circuit: Circuit, permit: number, verdict: 'up' | 'down' | 'unknown', now: number): void {
  const valid = permit === 0 ? circuit.closedPermit() : permit;
  if (verdict === 'up') circuit.succeed(valid, now);
  else if (verdict === 'down') circuit.fail(valid, now);
  else circuit.abandon(valid, now);
}

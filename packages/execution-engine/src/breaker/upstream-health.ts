import type { CircuitFacts, CircuitOptions, CircuitState } from './circuit.ts';
import { Circuit } from './circuit.ts';
import { HedgeBudget } from './hedge-budget.ts';
import { RetryBudget } from './retry-budget.ts';

/** What one attempt told about its host: answered, failing, refusing this tenant's credential, or nothing. */
export type Health = 'up' | 'down' | 'unauthorised' | 'unknown';

/** Leave to make one attempt. */
export interface Permit {
  readonly host: HostHealth;
  readonly hostPermit: number;
  readonly tenantPermit: number;
  readonly caller: Caller;
}

/** Whose call it is. */
export interface Caller {
  readonly tenant: string;
  /** Something that differs between credentials and tells nothing of them. Asked for only once one was refused. */
  credentialMark(): string;
}

/** The circuit of the credential that a tenant was refused with. Another credential is not held up by it. */
interface CredentialCircuit {
  readonly mark: string;
  readonly circuit: Circuit;
}

export interface BreakerState {
  /** Opened by connection failures and 5xx, for all tenants. */
  readonly host: CircuitState;
  /** Opened by refused credentials, for this tenant alone. */
  readonly tenant: CircuitState;
  readonly retry_after_ms: number;
}

/** A host's circuit changed its state by what this process saw. */
export interface CircuitChange {
  readonly host: string;
  readonly state: CircuitState;
  /** Milliseconds until the next probe; 0 unless open. */
  readonly openMs: number;
}

/** One circuit for an operator. `tenant` is null for that of the host, which concerns everyone. */
export interface CircuitView extends CircuitFacts {
  readonly host: string;
  readonly tenant: string | null;
}

/** Circuits and retry budget of one host. Circuits exist only from the first failure on: a healthy host costs nothing. */
class HostHealth {
  readonly name: string;
  readonly budget = new RetryBudget();
  readonly hedges = new HedgeBudget();
  circuit: Circuit | null = null;
  tenants: Map<string, CredentialCircuit> | null = null;
  /** When it last answered us; -Infinity: never. */
  upAt = Number.NEGATIVE_INFINITY;

  constructor(name: string) {
    this.name = name;
  }

  /** Nothing holds calls back. */
  isClosed(now: number): boolean {
    return this.circuit === null || this.circuit.current(now) === 'closed';
  }
}

/** Hosts remembered. Past that the oldest are forgotten, unless a circuit of theirs has something to remember. */
const maxHosts = 4_096;
const maxTenantsPerHost = 4_096;

/**
 * What is known about upstreams: a circuit per host for connection failures and 5xx, one per host and tenant for refused
 * credentials (so that one tenant's bad key cannot stop another's calls, nor its own once it is replaced), a retry budget
 * per host.
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
    const { circuit } = host;
    const tenantCircuit = circuitOf(host, caller);
    if (circuit === null && tenantCircuit === undefined) return { host, caller, hostPermit: 0, tenantPermit: 0 };
    const tenantPermit = tenantCircuit?.enter(now) ?? 0;
    if (tenantCircuit !== undefined && tenantPermit === 0) return tenantCircuit.retryAfterMs(now);
    const hostPermit = circuit?.enter(now) ?? 0;
    if (circuit !== null && hostPermit === 0) {
      tenantCircuit?.abandon(tenantPermit, now);
      return circuit.retryAfterMs(now);
    }
    return { host, caller, hostPermit, tenantPermit };
  }

  /** What became of the attempt. Every permit must be reported once. */
  report(permit: Permit, health: Health, now: number): void {
    const { host, caller } = permit;
    if (health === 'down') host.circuit ??= this.newCircuit(host);
    else if (health !== 'unknown') host.upAt = now;
    if (host.circuit !== null) settle(host.circuit, permit.hostPermit, health === 'unauthorised' ? 'up' : health, now);
    let tenantCircuit = circuitOf(host, caller);
    if (health === 'unauthorised' && tenantCircuit === undefined) {
      host.tenants ??= new Map();
      if (host.tenants.size >= maxTenantsPerHost) forgetIdle(host.tenants, now);
      tenantCircuit = new Circuit(this.options);
      const entry = { mark: caller.credentialMark(), circuit: tenantCircuit };
      if (host.tenants.size < maxTenantsPerHost) host.tenants.set(caller.tenant, entry);
    }
    if (tenantCircuit === undefined) return;
    // A host that is down says nothing about the credential.
    const verdict = health === 'unauthorised' ? 'down' : health === 'down' ? 'unknown' : health;
    settle(tenantCircuit, permit.tenantPermit, verdict, now);
  }

  /**
   * Takes another process's word about a host. `delayMs` keeps our probe behind the other's. Word of a host that answered us
   * within the counting window does not stop our calls: the other process may be the one that is cut off.
   */
  hear({ host: name, state, openMs }: CircuitChange, delayMs: number, now: number): void {
    if (state === 'open') {
      const host = this.hostOf(name, now);
      host.circuit ??= this.newCircuit(host);
      host.circuit.hearOpen(now, openMs, delayMs, now - host.upAt < this.options.windowMs);
      return;
    }
    const circuit = this.hosts.get(name)?.circuit;
    if (state === 'closed') circuit?.hearClosed(now);
    else circuit?.hearProbe(now);
  }

  /** The circuits that have something to tell: not closed, or with failures in their window. */
  *views(now: number): Generator<CircuitView> {
    for (const [name, { circuit, tenants }] of this.hosts) {
      if (circuit !== null) yield { host: name, tenant: null, ...circuit.facts(now) };
      for (const [tenant, entry] of tenants ?? []) yield { host: name, tenant, ...entry.circuit.facts(now) };
    }
  }

  state(tenant: string, hostName: string, now: number): BreakerState {
    const host = this.hosts.get(hostName);
    const tenantCircuit = host?.tenants?.get(tenant)?.circuit;
    return {
      host: host?.circuit?.current(now) ?? 'closed',
      tenant: tenantCircuit?.current(now) ?? 'closed',
      retry_after_ms: Math.max(host?.circuit?.retryAfterMs(now) ?? 0, tenantCircuit?.retryAfterMs(now) ?? 0),
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

  private newCircuit({ name }: HostHealth): Circuit {
    return new Circuit(this.options, (state, openMs) => this.onChange({ host: name, state, openMs }));
  }

  private forgetHosts(now: number): void {
    for (const [name, host] of this.hosts) {
      if (this.hosts.size < maxHosts / 2) return;
      if (host.tenants !== null) forgetIdle(host.tenants, now);
      if ((host.circuit?.isIdle(now) ?? true) && (host.tenants?.size ?? 0) === 0) this.hosts.delete(name);
    }
  }
}

function circuitOf(host: HostHealth, caller: Caller): Circuit | undefined {
  const entry = host.tenants?.get(caller.tenant);
  return entry !== undefined && entry.mark === caller.credentialMark() ? entry.circuit : undefined;
}

function forgetIdle(circuits: Map<string, CredentialCircuit>, now: number): void {
  for (const [tenant, { circuit }] of circuits) if (circuit.isIdle(now)) circuits.delete(tenant);
}

/** A circuit made after the permit was given has none of its own: the call counts as one of its first. */
function settle(circuit: Circuit, permit: number, verdict: Health, now: number): void {
  const valid = permit === 0 ? circuit.closedPermit() : permit;
  if (verdict === 'up') circuit.succeed(valid, now);
  else if (verdict === 'down') circuit.fail(valid, now);
  else circuit.abandon(valid, now);
}

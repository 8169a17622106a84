import type { Circuit, CircuitState } from './circuit.ts';
import { HedgeBudget } from './hedge-budget.ts';
import { RetryBudget } from './retry-budget.ts';

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

/** A circuit, whose it is, and what counts as its failures. */
interface HeldCircuit {
  /** Null: everyone's. */
  readonly tenant: string | null;
  readonly watches: Watched;
  readonly circuit: Circuit;
}

/** What a circuit counts as failures: connections that fail and silence; answers of 5xx; refusals of a credential. */
export type Watched = 'connections' | 'answers' | 'credential';

/** Tenants remembered for a host, in each of its two maps. Past that those with nothing to remember are forgotten. */
const maxTenants = 4_096;

/** Circuits and budgets of one host. Circuits exist only from the first failure on: a healthy host costs nothing. */
export class HostHealth {
  readonly name: string;
  readonly budget = new RetryBudget();
  readonly hedges = new HedgeBudget();
  /** Opened by connections that fail, for everyone. */
  circuit: Circuit | null = null;
  /** When it last answered with anything but a 5xx; -Infinity: never. */
  upAt = Number.NEGATIVE_INFINITY;
  /** When it last answered with a 5xx. */
  failingAt = Number.NEGATIVE_INFINITY;
  private answers: Map<string, Circuit> | null = null;
  private credentials: Map<string, CredentialCircuit> | null = null;

  constructor(name: string) {
    this.name = name;
  }

  /** Nothing ever failed here. */
  get isUntroubled(): boolean {
    return this.circuit === null && this.answers === null && this.credentials === null;
  }

  /** Neither the host nor this tenant's answers hold calls back. */
  isClosed(tenant: string, now: number): boolean {
    return this.isUntroubled || (isClosed(this.circuit, now) && isClosed(this.answersOf(tenant), now));
  }

  /** The circuit of a tenant's 5xx. */
  answersOf(tenant: string): Circuit | undefined {
    return this.answers?.get(tenant);
  }

  /** The circuit of the credential that the caller shows, if that is the one that was refused. */
  credentialOf(caller: Caller): Circuit | undefined {
    const entry = this.credentials?.get(caller.tenant);
    return entry !== undefined && entry.mark === caller.credentialMark() ? entry.circuit : undefined;
  }

  /** Remembers a circuit, if there is room for it: one that is not remembered holds nothing back. */
  keepAnswers(tenant: string, circuit: Circuit, now: number): Circuit {
    this.answers ??= new Map();
    if (hasRoom(this.answers, (one) => one.isIdle(now))) this.answers.set(tenant, circuit);
    return circuit;
  }

  /** The same for the circuit of the credential that the caller shows, in place of any of an earlier one. */
  keepCredential(caller: Caller, circuit: Circuit, now: number): Circuit {
    this.credentials ??= new Map();
    const entry = { mark: caller.credentialMark(), circuit };
    if (hasRoom(this.credentials, (one) => one.circuit.isIdle(now))) this.credentials.set(caller.tenant, entry);
    return circuit;
  }

  /** Forgets the tenants that have nothing to remember. True when nothing is left at all. */
  forgetIdle(now: number): boolean {
    if (this.answers !== null) dropIdle(this.answers, (one) => one.isIdle(now));
    if (this.credentials !== null) dropIdle(this.credentials, (one) => one.circuit.isIdle(now));
    const tenants = (this.answers?.size ?? 0) + (this.credentials?.size ?? 0);
    return tenants === 0 && (this.circuit?.isIdle(now) ?? true);
  }

  *circuits(): Generator<HeldCircuit> {
    if (this.circuit !== null) yield { tenant: null, watches: 'connections', circuit: this.circuit };
    for (const [tenant, circuit] of this.answers ?? []) yield { tenant, watches: 'answers', circuit };
    for (const [tenant, { circuit }] of this.credentials ?? []) yield { tenant, watches: 'credential', circuit };
  }

  /** What a tenant's calls meet here, beyond the host's own circuit. A refused credential counts until it is replaced. */
  stateOf(tenant: string, now: number): { state: CircuitState; retryAfterMs: number } {
    const own = [this.answersOf(tenant), this.credentials?.get(tenant)?.circuit].filter((one) => one !== undefined);
    const states = own.map((one) => one.current(now));
    return {
      state: states.find((one) => one === 'open') ?? states.find((one) => one === 'half_open') ?? 'closed',
      retryAfterMs: Math.max(0, ...own.map((one) => one.retryAfterMs(now))),
    };
  }
}

function isClosed(circuit: Circuit | null | undefined, now: number): boolean {
  return circuit == null || circuit.current(now) === 'closed';
}

function hasRoom<T>(circuits: Map<string, T>, isIdle: (one: T) => boolean): boolean {
  if (circuits.size >= maxTenants) dropIdle(circuits, isIdle);
  return circuits.size < maxTenants;
}

function dropIdle<T>(circuits: Map<string, T>, isIdle: (one: T) => boolean): void {
  for (const [tenant, one] of circuits) if (isIdle(one)) circuits.delete(tenant);
}

import { hash } from 'node:crypto';
import type { Credential } from '@patchbay/contracts';
import type { Egress } from '@patchbay/egress';
import { secretValues } from '../auth/credential-fields.ts';
import type { Scrubber } from '../auth/scrub.ts';
import { scrubberOf } from '../auth/scrub.ts';
import type { Caller, UpstreamHealth } from '../breaker/upstream-health.ts';
import type { ExecuteInput } from '../engine-types.ts';
import type { RequestContext } from '../request/value-source.ts';
import type { DeadlineWatch } from './deadline-watch.ts';
import type { LatencyEstimate } from './latency-estimate.ts';

/** What the attempts of all executions share. */
export interface AttemptPorts {
  readonly send: Egress['send'];
  readonly now: () => number;
  /** Unix milliseconds. */
  readonly wallClock: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly health: UpstreamHealth;
  readonly watch: DeadlineWatch;
  readonly maxResponseBytes: number;
}

/** One execution on its way. */
export class Execution implements Caller {
  readonly input: ExecuteInput;
  readonly context: RequestContext;
  readonly steps: Record<string, unknown> = {};
  readonly latency: LatencyEstimate;
  attempts = 0;
  /** Whether anything left for the upstream. */
  sent = false;
  upstreamMs = 0;
  upstreamStatus: number | null = null;
  credential: Credential | null;
  refreshed = false;

  constructor(input: ExecuteInput, latency: LatencyEstimate, startedAt: number) {
    this.input = input;
    this.latency = latency;
    this.credential = input.credential;
    const { tenant, variables, idempotencyKey } = input;
    this.context = { tenant, arguments: input.arguments, variables, steps: this.steps, idempotencyKey, startedAt };
  }

  get tenant(): string {
    return this.input.tenant;
  }

  credentialMark(): string {
    return this.credential === null ? '' : hash('sha256', JSON.stringify(secretValues(this.credential)));
  }

  readonly scrubber = (): Scrubber => scrubberOf(this.credential);
}

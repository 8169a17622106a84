import { hash } from 'node:crypto';
import type { Credential, Untrusted } from '@patchbay/contracts';
import type { Egress } from '@patchbay/egress';
import type { McpCaller } from '@patchbay/mcp-client';
import { secretValues } from '../auth/credential-fields.ts';
import type { Scrubber } from '../auth/scrub.ts';
import { joinScrubbers, scrubberOf } from '../auth/scrub.ts';
import type { TokenExchanges } from '../auth/token-exchanges.ts';
import type { Caller, UpstreamHealth } from '../breaker/upstream-health.ts';
import type { PauseScope, UpstreamPauses } from '../breaker/upstream-pauses.ts';
import type { ExecuteInput } from '../engine-types.ts';
import type { RequestContext } from '../request/value-source.ts';
import type { Transform } from '../transform/transform.ts';
import type { DeadlineWatch } from './deadline-watch.ts';
import type { LatencyBook } from './latency-book.ts';

/** What the attempts of all executions share. */
export interface AttemptPorts {
  readonly send: Egress['send'];
  readonly open: Egress['open'];
  readonly callMcp: McpCaller['call'];
  readonly now: () => number;
  /** Unix milliseconds. */
  readonly wallClock: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly health: UpstreamHealth;
  readonly pauses: UpstreamPauses;
  readonly latencies: LatencyBook;
  readonly watch: DeadlineWatch;
  readonly exchanges: TokenExchanges;
  readonly transform: Transform;
  readonly maxResponseBytes: number;
}

/** One execution on its way. */
export class Execution implements Caller {
  readonly input: ExecuteInput;
  context: RequestContext;
  readonly steps: Record<string, unknown> = {};
  attempts = 0;
  /** Whether anything left for the upstream. */
  sent = false;
  upstreamMs = 0;
  upstreamStatus: number | null = null;
  /** Items of a streamed answer handed on, and the limit that ended it early. */
  readonly streamed: { delivered: number; cutBy: 'max_items' | 'max_bytes' | null } = { delivered: 0, cutBy: null };
  /** What was suspicious in items of a streamed answer so far. */
  untrusted: Untrusted | null = null;
  credential: Credential | null;
  refreshed = false;
  /** What is shown in place of the credential, where that is exchanged for a token. */
  shown: Credential | null = null;
  token: { readonly mark: string; readonly value: string } | null = null;

  constructor(input: ExecuteInput, startedAt: number) {
    this.input = input;
    this.credential = input.credential;
    const { tenant, variables, idempotencyKey, caller = {} } = input;
    this.context = {
      tenant,
      arguments: input.arguments,
      variables,
      steps: this.steps,
      idempotencyKey,
      startedAt,
      caller,
    };
  }

  get tenant(): string {
    return this.input.tenant;
  }

  credentialMark(): string {
    return this.credential === null ? '' : hash('sha256', JSON.stringify(secretValues(this.credential)));
  }

  pauseScope(host: string): PauseScope {
    const { tenant, connection = '', prepared } = this.input;
    return { tenant, connection, host, tool: prepared.name };
  }

  readonly scrubber = (): Scrubber => joinScrubbers(scrubberOf(this.credential), scrubberOf(this.shown));
}

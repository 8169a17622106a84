import { type ExecutionStatus, type ExecutorStats, LatencyHistogram, otherLabel } from '@patchbay/contracts';
import type { TenantClassOf } from './tenant-classes.ts';
import { TopNames } from './top-names.ts';

export interface ExecutionSeries {
  readonly tool: string;
  readonly tenantClass: string;
  readonly status: ExecutionStatus;
  readonly errorCode: string | null;
  readonly durations: LatencyHistogram;
  /** Unix milliseconds of its first count. */
  readonly since: number;
}

export interface AttemptSeries {
  readonly integration: string;
  readonly outcome: string;
  readonly durations: LatencyHistogram;
  readonly since: number;
}

export interface ExecutionEnd {
  /** Null: no such tool. What a caller made up is no label. */
  readonly tool: string | null;
  readonly tenant: string;
  readonly status: ExecutionStatus;
  readonly errorCode: string | null;
  readonly replayed: boolean;
  readonly totalMs: number;
}

export interface MetricsLimits {
  /** Tools, and integrations, with a label of their own. */
  readonly maxTools: number;
  /** Series of executions by tool. Past that only totals by status and error code are counted. */
  readonly maxSeries: number;
}

const metricsLimits: MetricsLimits = { maxTools: 200, maxSeries: 1_000 };

/**
 * Rate, errors and durations of executions and attempts, in memory and bounded: labels come from closed lists, from
 * configuration, and from the busiest tools. Statuses and error codes are closed lists, so the series that take what
 * exceeds the bound are few.
 */
export class ExecutionMetrics {
  readonly executions = new Map<string, ExecutionSeries>();
  readonly attempts = new Map<string, AttemptSeries>();
  readonly limiter = { admitted: 0, delayed: 0, local: 0 };
  replays = 0;
  readonly startedAt: number;
  readonly #classOf: TenantClassOf;
  readonly #limits: MetricsLimits;
  readonly #tools: TopNames;
  readonly #integrations: TopNames;
  readonly #clock: () => number;

  constructor(classOf: TenantClassOf, limits: MetricsLimits = metricsLimits, clock: () => number = Date.now) {
    this.#classOf = classOf;
    this.#limits = limits;
    this.#tools = new TopNames(limits.maxTools);
    this.#integrations = new TopNames(limits.maxTools);
    this.#clock = clock;
    this.startedAt = clock();
  }

  executionEnded({ tool, tenant, status, errorCode, replayed, totalMs }: ExecutionEnd): void {
    if (replayed) this.replays++;
    const label = tool === null ? otherLabel : this.#tools.labelOf(tool);
    this.#execution(label, this.#classOf(tenant), status, errorCode).durations.record(totalMs);
  }

  attemptEnded(integration: string, outcome: string, ms: number): void {
    const label = this.#integrations.labelOf(integration);
    this.#attempt(label, outcome).durations.record(ms);
  }

  limiterAnswered(delayed: boolean, shared: boolean): void {
    if (delayed) this.limiter.delayed++;
    else this.limiter.admitted++;
    if (!shared) this.limiter.local++;
  }

  /** Gives the labels to what is busy now; what lost its label is counted with the others. Once a minute will do. */
  rank(): void {
    const tools = new Set(this.#tools.rank());
    const integrations = new Set(this.#integrations.rank());
    for (const [key, series] of this.executions) {
      if (!tools.has(series.tool)) continue;
      this.executions.delete(key);
      this.#execution(otherLabel, series.tenantClass, series.status, series.errorCode).durations.merge(
        series.durations,
      );
    }
    for (const [key, series] of this.attempts) {
      if (!integrations.has(series.integration)) continue;
      this.attempts.delete(key);
      this.#attempt(otherLabel, series.outcome).durations.merge(series.durations);
    }
  }

  /** Everything, as it is told to an operator. */
  stats(): Pick<ExecutorStats, 'uptime_ms' | 'executions' | 'attempts' | 'limiter' | 'replays'> {
    return {
      uptime_ms: Math.max(0, this.#clock() - this.startedAt),
      executions: [...this.executions.values()].map(({ tool, tenantClass, status, errorCode, durations }) => ({
        tool,
        tenant_class: tenantClass,
        status,
        error_code: errorCode,
        durations: durations.snapshot(),
      })),
      attempts: [...this.attempts.values()].map(({ integration, outcome, durations }) => ({
        integration,
        outcome,
        durations: durations.snapshot(),
      })),
      limiter: { ...this.limiter },
      replays: this.replays,
    };
  }

  #execution(tool: string, tenantClass: string, status: ExecutionStatus, errorCode: string | null): ExecutionSeries {
    const key = `${tool}\n${tenantClass}\n${status}\n${errorCode}`;
    const known = this.executions.get(key);
    if (known !== undefined) return known;
    const full = this.executions.size >= this.#limits.maxSeries;
    if (full && !(tool === otherLabel && tenantClass === otherLabel))
      return this.#execution(otherLabel, otherLabel, status, errorCode);
    const series = { tool, tenantClass, status, errorCode, durations: new LatencyHistogram(), since: this.#clock() };
    this.executions.set(key, series);
    return series;
  }

  #attempt(integration: string, outcome: string): AttemptSeries {
    const key = `${integration}\n${outcome}`;
    let series = this.attempts.get(key);
    if (series === undefined) {
      series = { integration, outcome, durations: new LatencyHistogram(), since: this.#clock() };
      this.attempts.set(key, series);
    }
    return series;
  }
}

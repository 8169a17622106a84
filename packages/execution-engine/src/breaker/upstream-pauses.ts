/** Pauses remembered. Past that the oldest are forgotten, which costs a refusal by the upstream. */
const maxPauses = 10_000;

/** Whose calls an upstream's limit concerns. */
export interface PauseScope {
  readonly tenant: string;
  /** Connection id; empty for calls without one. */
  readonly connection: string;
  readonly host: string;
  readonly tool: string;
}

/**
 * What upstreams said about when to come back: a connection that has nothing left at a host waits, or is refused at once,
 * without asking again. A pause is of the whole host, or of one tool where the limit may be a narrower one.
 */
export class UpstreamPauses {
  /** Until when, on the engine's clock, in the order remembered. */
  private readonly until = new Map<string, number>();

  remember(scope: PauseScope, extent: 'host' | 'tool', until: number): void {
    const key = keyOf(scope, extent);
    const known = this.until.get(key) ?? 0;
    this.until.delete(key);
    this.until.set(key, Math.max(known, until));
    if (this.until.size > maxPauses) this.until.delete(this.until.keys().next().value as string);
  }

  /** Milliseconds until a call may go, 0 when it may go now. */
  waitMs(scope: PauseScope, now: number): number {
    return Math.max(this.left(keyOf(scope, 'host'), now), this.left(keyOf(scope, 'tool'), now));
  }

  get size(): number {
    return this.until.size;
  }

  private left(key: string, now: number): number {
    const until = this.until.get(key);
    if (until === undefined) return 0;
    if (until > now) return until - now;
    this.until.delete(key);
    return 0;
  }
}

function keyOf({ tenant, connection, host, tool }: PauseScope, extent: 'host' | 'tool'): string {
  return `${tenant}\n${connection}\n${host}\n${extent === 'tool' ? tool : ''}`;
}

import { LatencyHistogram, type StoredLatencies } from '@patchbay/contracts';

/** How long a tool took of late, over all executors. */
export interface ObservedLatency {
  readonly durations: LatencyHistogram;
  /** Unix milliseconds. */
  readonly newestAt: number;
}

const keyOf = (scope: string, integration: string, tool: string) => `${scope}\n${integration}\n${tool}`;

/** What executors measured, added up when it is asked for. Bounded by what each of them may store. */
export class ObservedLatencies {
  readonly #byInstance = new Map<string, ReadonlyMap<string, StoredLatencies['tools'][number]>>();
  readonly #merged = new Map<string, ObservedLatency | null>();

  /** Null: the executor's record is gone. */
  apply(instance: string, stored: StoredLatencies | null): void {
    this.#merged.clear();
    if (stored === null) this.#byInstance.delete(instance);
    else
      this.#byInstance.set(
        instance,
        new Map(stored.tools.map((digest) => [keyOf(digest.scope, digest.integration, digest.tool), digest])),
      );
  }

  /** Of a tool of the scope: a tenant's own tool is nobody else's, whatever it is called. */
  of(scope: string, integration: string, tool: string): ObservedLatency | null {
    const key = keyOf(scope, integration, tool);
    const known = this.#merged.get(key);
    if (known !== undefined) return known;
    const digests = [...this.#byInstance.values()].flatMap((tools) => tools.get(key) ?? []);
    const merged =
      digests.length === 0
        ? null
        : {
            durations: digests.reduce(
              (sum, { durations }) => sum.merge(LatencyHistogram.from(durations)),
              new LatencyHistogram(),
            ),
            newestAt: Math.max(...digests.map(({ newest_at }) => newest_at)),
          };
    // Only tools that exist are asked for, so this grows no further than the registry does.
    this.#merged.set(key, merged);
    return merged;
  }
}

import { type LatencyDigest, LatencyHistogram, type StoredLatencies } from '@patchbay/contracts';

/** Which tool was measured. Its scope decides who may be told. */
export interface MeasuredTool {
  /** `_platform` or the tenant that the document belongs to. */
  readonly scope: string;
  readonly integration: string;
  readonly tool: string;
}

/** Samples and milliseconds after which a new window begins. What is told is the last two windows: the recent past. */
const windowSamples = 500;
const windowMs = 3_600_000;
/** Tools remembered; the one not called for longest goes. */
const defaultMaxTools = 500;
/** Bytes of all digests as they are stored; a bucket's value holds 262,144. */
const maxStoredBytes = 240_000;

interface Window {
  durations: LatencyHistogram;
  startedAt: number;
}

interface Measured {
  readonly tool: MeasuredTool;
  before: LatencyHistogram;
  now: Window;
  newestAt: number;
}

/** How long each tool took of late, in memory and bounded. Times are Unix milliseconds. */
export class ToolLatencies {
  /** By scope, integration and tool; the one called last is at the end. */
  readonly #tools = new Map<string, Measured>();
  readonly #maxTools: number;
  /** Grows with every sample: whether there is something new to tell. */
  generation = 0;

  constructor(maxTools: number = defaultMaxTools) {
    this.#maxTools = maxTools;
  }

  record(tool: MeasuredTool, ms: number, at: number): void {
    const measured = this.#measured(tool, at);
    const { now } = measured;
    if (now.durations.count >= windowSamples || at - now.startedAt >= windowMs) {
      measured.before = now.durations;
      measured.now = { durations: new LatencyHistogram(), startedAt: at };
    }
    measured.now.durations.record(ms);
    measured.newestAt = at;
    this.generation++;
  }

  /** Goes on from what an earlier process of the same name left. */
  resume({ tools }: StoredLatencies, at: number): void {
    for (const { newest_at, durations, ...tool } of tools) {
      const measured = this.#measured(tool, at);
      measured.before.merge(LatencyHistogram.from(durations));
      measured.newestAt = Math.max(measured.newestAt, Math.min(newest_at, at));
    }
  }

  /** What is stored for the registry: those called last first, as many as fit. */
  digests(): StoredLatencies {
    const tools: LatencyDigest[] = [];
    let bytes = 0;
    for (const { tool, before, now, newestAt } of [...this.#tools.values()].reverse()) {
      const durations = new LatencyHistogram().merge(before).merge(now.durations).snapshot();
      const digest = { ...tool, newest_at: newestAt, durations };
      bytes += JSON.stringify(digest).length + 1;
      if (bytes > maxStoredBytes) break;
      tools.push(digest);
    }
    return { tools };
  }

  #measured(tool: MeasuredTool, at: number): Measured {
    const key = `${tool.scope}\n${tool.integration}\n${tool.tool}`;
    let measured = this.#tools.get(key);
    if (measured === undefined) {
      if (this.#tools.size >= this.#maxTools) this.#tools.delete(this.#tools.keys().next().value as string);
      measured = {
        tool: { scope: tool.scope, integration: tool.integration, tool: tool.tool },
        before: new LatencyHistogram(),
        now: { durations: new LatencyHistogram(), startedAt: at },
        newestAt: at,
      };
    } else this.#tools.delete(key);
    this.#tools.set(key, measured);
    return measured;
  }
}

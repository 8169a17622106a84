import type { SandboxClient } from '@patchbay/testkit/sandbox';
import { integration } from './document.ts';

/** Milliseconds between two looks: the sandbox keeps its newest 10,000 records, and fewer than that arrive in between. */
const lookEveryMs = 20_000;

interface Seen {
  readonly number: number;
  readonly tool: string | null;
}

/** Everything that reached the upstream, collected while it comes. */
export class UpstreamRecord {
  readonly #sandbox: SandboxClient;
  readonly #effects = new Map<number, { tool: string; number: number }>();
  readonly #requests = new Map<number, { tool: string; trace: string }>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(sandbox: SandboxClient) {
    this.#sandbox = sandbox;
    this.#timer = setInterval(() => void this.look().catch(() => {}), lookEveryMs);
  }

  look(): Promise<void> {
    this.#looking = this.#looking.catch(() => {}).then(() => this.#collect());
    return this.#looking;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.look();
    const { effects } = await this.#sandbox.counts();
    if (effects !== this.#effects.size)
      throw new Error(`the sandbox saw ${effects} effects and ${this.#effects.size} were collected: look more often`);
  }

  /** The numbers that the tool's effects carry, each as often as it acted. */
  effectsOf(tool: string): number[] {
    return [...this.#effects.values()].filter((one) => one.tool === tool).map(({ number }) => number);
  }

  /** Trace ids of the tool's requests, one for each that arrived. */
  tracesOf(tool: string): string[] {
    return [...this.#requests.values()].filter((one) => one.tool === tool).map(({ trace }) => trace);
  }

  async #collect(): Promise<void> {
    const [effects, requests] = await Promise.all([
      this.#sandbox.effects({ integration }),
      this.#sandbox.requests({ integration }),
    ]);
    for (const one of newest(effects, this.#effects))
      this.#effects.set(one.number, { tool: one.tool, number: one.arguments.number as number });
    for (const one of newest(requests, this.#requests))
      this.#requests.set(one.number, {
        tool: one.tool ?? 'none',
        trace: one.traceparent?.split('-')[1] ?? 'none',
      });
  }
}

function newest<T extends Seen>(all: readonly T[], known: ReadonlyMap<number, unknown>): T[] {
  return all.filter(({ number }) => !known.has(number));
}

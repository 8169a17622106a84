import type { ExecutionResult } from '@patchbay/contracts';
import type { Agent } from '@patchbay/sdk';
import { endOf, isSettled, type Operation } from '../history.ts';
import { askUntilOver, type CallKind, inWords, Tally } from './call-kind.ts';
import { nameOf, type ToolKey } from './document.ts';

export interface SingleCallOptions {
  readonly name: string;
  readonly agent: Agent;
  readonly tool: ToolKey;
  readonly keyed: boolean;
  readonly workers: number;
  readonly restMs: number;
  readonly deadlineMs: number;
}

/** Calls of one tool by `execute`: reads, writes with a key of their own each, writes without one. */
export class SingleCalls implements CallKind {
  readonly name: string;
  readonly tool: ToolKey;
  readonly workers: number;
  readonly restMs: number;
  readonly answers = new Tally();
  latestMs = Number.NEGATIVE_INFINITY;
  readonly #options: SingleCallOptions;
  readonly #answersOf: ExecutionResult[][] = [];

  constructor(options: SingleCallOptions) {
    this.#options = options;
    this.name = options.name;
    this.tool = options.tool;
    this.workers = options.workers;
    this.restMs = options.restMs;
  }

  async call(): Promise<void> {
    const number = this.#answersOf.push([]) - 1;
    const started = performance.now();
    const answer = await this.#ask(number);
    this.latestMs = Math.max(this.latestMs, performance.now() - started - this.#options.deadlineMs);
    this.answers.add(inWords(answer));
  }

  async settle(untilMs: number): Promise<void> {
    // Without a key, to ask again would be to act again.
    if (!this.#options.keyed) return;
    await askUntilOver([...this.#answersOf.keys()], {
      isOver: (number) => isSettled(this.#answersOf[number] as ExecutionResult[]),
      ask: (number) => this.#ask(number),
      many: 16,
      untilMs,
    });
  }

  operations(): Operation[] {
    return this.#answersOf.map((answers, number) => ({
      number,
      key: this.#keyOf(number),
      answers,
      end: endOf(answers),
    }));
  }

  async #ask(number: number): Promise<ExecutionResult> {
    const { agent, keyed, deadlineMs } = this.#options;
    const answer = await agent.execute(
      nameOf(this.tool),
      { number },
      { deadlineMs, ...(keyed && { idempotencyKey: this.#keyOf(number) }) },
    );
    this.#answersOf[number]?.push(answer);
    return answer;
  }

  #keyOf(number: number): string {
    return `${this.name}-${number}`;
  }
}

import type { ExecutionResult } from '@patchbay/contracts';
import type { Agent } from '@patchbay/sdk';
import { endOf, isSettled, type Operation } from '../history.ts';
import { askUntilOver, type CallKind, Tally } from './call-kind.ts';
import { nameOf } from './document.ts';

const writesOfEach = 2;
const deadlineMs = 4_000;

/** Plans with a key: a read, and two writes of which the second waits for the first. */
export class PlannedCalls implements CallKind {
  readonly name = 'plans';
  readonly tool = 'planned';
  readonly workers = 2;
  readonly restMs = 300;
  readonly answers = new Tally();
  latestMs = Number.NEGATIVE_INFINITY;
  readonly #agent: Agent;
  /** Of each write of each plan. */
  readonly #answersOf: ExecutionResult[][][] = [];

  constructor(agent: Agent) {
    this.#agent = agent;
  }

  async call(): Promise<void> {
    const plan = this.#answersOf.push(Array.from({ length: writesOfEach }, () => [])) - 1;
    const started = performance.now();
    this.answers.add(await this.#ask(plan));
    this.latestMs = Math.max(this.latestMs, performance.now() - started - deadlineMs);
  }

  async settle(untilMs: number): Promise<void> {
    await askUntilOver([...this.#answersOf.keys()], {
      isOver: (plan) => this.#isDone(plan),
      ask: (plan) => this.#ask(plan),
      many: 8,
      untilMs,
    });
  }

  operations(): Operation[] {
    return this.#answersOf.flatMap((writes, plan) =>
      writes.map((answers, write) => ({
        number: plan * writesOfEach + write,
        key: `plan-${plan}`,
        answers,
        end: endOf(answers),
      })),
    );
  }

  #isDone(plan: number): boolean {
    return (this.#answersOf[plan] as ExecutionResult[][]).every(isSettled);
  }

  /** What the plan came to, in a word for each of its writes. */
  async #ask(plan: number): Promise<string> {
    const result = await this.#agent.plan({
      idempotencyKey: `plan-${plan}`,
      deadlineMs,
      calls: [
        { id: 'look', tool: nameOf('look'), arguments: { number: -1 }, onError: 'continue' },
        ...Array.from({ length: writesOfEach }, (_, write) => ({
          id: `w${write}`,
          tool: nameOf(this.tool),
          arguments: { number: plan * writesOfEach + write },
          dependsOn: [write === 0 ? 'look' : `w${write - 1}`],
          // What a fault left unknown must not keep the rest from being done.
          onError: 'continue' as const,
        })),
      ],
    });
    const writes = result.results.slice(1);
    for (const [write, answer] of writes.entries())
      if (answer.status !== 'skipped')
        this.#answersOf[plan]?.[write]?.push({
          ...answer,
          status: answer.status,
          execution_id: answer.execution_id ?? '',
        });
    return writes.map(({ status }) => status).join(', ');
  }
}

import { newId, PatchbayError, type SubmissionResult } from '@patchbay/contracts';
import type { Agent } from '@patchbay/sdk';
import type { Operation } from '../history.ts';
import { askUntilOver, type CallKind, Tally } from './call-kind.ts';
import { nameOf } from './document.ts';

interface Submitted {
  readonly id: string;
  accepted: boolean;
  last: SubmissionResult | null;
}

/** Calls handed in to be carried out later. What was accepted must be carried out, whatever happened since. */
export class SubmittedCalls implements CallKind {
  readonly name = 'submissions';
  readonly tool = 'submitted';
  readonly workers = 2;
  readonly restMs = 300;
  readonly answers = new Tally();
  readonly latestMs = Number.NEGATIVE_INFINITY;
  readonly #agent: Agent;
  readonly #submitted: Submitted[] = [];

  constructor(agent: Agent) {
    this.#agent = agent;
  }

  async call(): Promise<void> {
    const number = this.#submitted.push({ id: newId('submission'), accepted: false, last: null }) - 1;
    this.answers.add(await this.#submit(number));
  }

  async settle(untilMs: number): Promise<void> {
    await askUntilOver([...this.#submitted.entries()], {
      isOver: ([, one]) => isOver(one),
      ask: async ([number, one]) => {
        // Nobody may know whether it was accepted: the same id again changes nothing if it was.
        if (!one.accepted) await this.#submit(number);
        if (one.accepted) one.last = await this.#agent.result(one.id).catch(() => one.last);
      },
      many: 16,
      untilMs,
    });
  }

  operations(): Operation[] {
    return this.#submitted.map(({ id, last }, number) => ({
      number,
      key: id,
      answers: last?.result == null ? [] : [last.result],
      end: endOf(last),
    }));
  }

  /** Those that were accepted and are neither done nor given up, whose next try may be minutes away: what they were called, and how they stand. */
  get waiting(): string[] {
    return this.#submitted
      .filter((one) => one.accepted && !isOver(one))
      .map(({ id, last }) => `${id}: ${last === null ? 'unknown' : `${last.state} after ${last.tries} tries`}`);
  }

  async #submit(number: number): Promise<string> {
    const one = this.#submitted[number] as Submitted;
    try {
      await this.#agent.submit(nameOf(this.tool), { number }, { submissionId: one.id, deadlineMs: 3_000 });
      one.accepted = true;
      return 'accepted';
    } catch (error) {
      return `not accepted ${error instanceof PatchbayError ? error.code : String(error)}`;
    }
  }
}

function isOver({ last }: Submitted): boolean {
  return last?.state === 'done' || last?.state === 'dead_letter';
}

function endOf(last: SubmissionResult | null): Operation['end'] {
  const status = last?.result?.status;
  if (last?.state === 'done' && status === 'succeeded') return 'ok';
  // One of its tries may have acted, whatever the last one came to.
  return last?.state === 'done' && last.tries === 1 && status !== 'outcome_unknown' ? 'fail' : 'unknown';
}

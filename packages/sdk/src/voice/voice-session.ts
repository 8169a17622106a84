import type { CancelResult, ExecutionResult } from '@patchbay/contracts';
import type { Agent } from '../agent.ts';
import { fillerLine } from '../filler-line.ts';
import { answerError, type ModelAnswer } from '../models/model-answer.ts';
import { type ModelCall, problemOfCall } from '../models/run-model-calls.ts';
import { executeOnce } from './execute-once.ts';
import { pause } from './pause.ts';
import { takeReservedArguments } from './reserved-arguments.ts';
import { SpokenTools } from './spoken-tools.ts';
import { interrupted, stillWorking, voiceAnswerOf } from './voice-answer.ts';

/** What came of a call after its turn in the conversation was over. */
export interface LateAnswer {
  readonly call: ModelCall;
  readonly answer: ModelAnswer;
  /** It took longer than a turn waits, or the person spoke meanwhile and it had its effect all the same. */
  readonly why: 'slow' | 'interrupted';
}

/** What to tell the model about a call now. */
export interface VoiceAnswer extends ModelAnswer {
  /** Of a call that goes on: what it comes to. */
  readonly later?: Promise<ModelAnswer>;
}

/** How a call reaches the conversation it belongs to. What these throw, or reject with, is passed over. */
export interface VoiceHooks {
  /** Says a line at once, while the tool works. */
  readonly say?: (line: string) => unknown;
  /** Begins a turn of its own with an answer that came late; `lateTurn` puts it into words for the model. */
  readonly onLate?: (late: LateAnswer) => unknown;
}

export interface VoiceSessionOptions extends VoiceHooks {
  /** The framework's id of the conversation, unlike any other's. */
  readonly session: string;
  /** Milliseconds that a turn waits for a call. Default 8,000. */
  readonly answerWithinMs?: number;
  /** Milliseconds that a call may run altogether. Default 60,000. */
  readonly runMs?: number;
  /** Milliseconds of silence that need no filler. Default 800. */
  readonly quietMs?: number;
}

/** Answers that are remembered, so that a call that comes once more gets its first one. */
const maxRemembered = 256;

/**
 * A conversation's tool calls. Each is carried out once under the conversation's and its own id, however often it comes; a
 * line fills the silence where the tool usually takes long, or does this time; the person speaking cancels what they were
 * waiting for; what takes longer than a turn goes on, and is told in a turn of its own.
 */
export class VoiceSession {
  readonly session: string;
  readonly #agent: Pick<Agent, 'execute' | 'cancel' | 'tools'>;
  readonly #options: VoiceSessionOptions;
  readonly #tools: SpokenTools;
  readonly #answers = new Map<string, Promise<VoiceAnswer>>();
  /** By key: what is under way, whoever waits for it. */
  readonly #running = new Map<string, Promise<ExecutionResult>>();
  /** Stops the calls that turns wait for. */
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(agent: Pick<Agent, 'execute' | 'cancel' | 'tools'>, options: VoiceSessionOptions) {
    this.session = options.session;
    this.#agent = agent;
    this.#options = options;
    this.#tools = new SpokenTools(agent);
  }

  /** What to tell the model. Never throws for what can go wrong with a call. `signal` interrupts this one. */
  run(call: ModelCall, hooks: VoiceHooks & { readonly signal?: AbortSignal | undefined } = {}): Promise<VoiceAnswer> {
    const known = this.#answers.get(call.id);
    if (known !== undefined) return known;
    const answer = this.#answer(call, hooks);
    this.#answers.set(call.id, answer);
    for (const id of this.#answers.keys()) {
      if (this.#answers.size <= maxRemembered) break;
      this.#answers.delete(id);
    }
    return answer;
  }

  /**
   * The person began to speak: calls that a turn waits for are cancelled, and answered at once. Those that were told to go on
   * do. How many it were.
   */
  interrupt(): number {
    const waiting = [...this.#waiting];
    for (const interrupt of waiting) interrupt();
    return waiting.length;
  }

  /** The conversation is over: whatever runs in its name is cancelled, and nothing is told any more. */
  async end(): Promise<CancelResult> {
    this.#ended = true;
    this.interrupt();
    return this.#agent.cancel({ session: this.session });
  }

  async #answer(
    call: ModelCall,
    { signal, ...hooks }: VoiceHooks & { readonly signal?: AbortSignal | undefined },
  ): Promise<VoiceAnswer> {
    const problem = problemOfCall(call);
    if (problem !== null) return answerError(call.id, problem);
    const { say = () => {}, onLate = () => {} } = { ...this.#options, ...hooks };
    const { answerWithinMs = 8_000 } = this.#options;
    const asked = takeReservedArguments(call.arguments ?? {});
    const id = asked.call ?? call.id;
    const key = `${this.session}.${id}`;
    const result = this.#run(key, call.name, asked);
    const over = new AbortController();
    const stopped = Promise.withResolvers<'interrupted'>();
    const interrupt = () => {
      // Before the race below: no line, and no «slow», after the person spoke.
      stopped.resolve('interrupted');
      over.abort();
    };
    this.#waiting.add(interrupt);
    signal?.addEventListener('abort', interrupt, { once: true });
    if (signal?.aborted === true) interrupt();
    const slow = pause(answerWithinMs, over.signal).then(() => 'slow' as const);
    void this.#fillSilence(call.name, over.signal, say);
    try {
      const came = await Promise.race([result, stopped.promise, slow]);
      if (typeof came === 'object') return voiceAnswerOf(call.id, came);
      if (came === 'interrupted') void this.#agent.cancel({ idempotency_key: key }).catch(() => undefined);
      const later = result.then((ended) => voiceAnswerOf(call.id, ended));
      void later.then(async (answer) => this.#tellLate({ call, answer, why: came }, await result, onLate));
      return came === 'slow' ? { ...stillWorking(call.id, id), later } : interrupted(call.id);
    } finally {
      over.abort();
      this.#waiting.delete(interrupt);
      signal?.removeEventListener('abort', interrupt);
    }
  }

  #run(
    key: string,
    tool: string,
    { arguments: args, confirmation }: ReturnType<typeof takeReservedArguments>,
  ): Promise<ExecutionResult> {
    const known = this.#running.get(key);
    if (known !== undefined) return known;
    const running = executeOnce(this.#agent, tool, args, {
      idempotencyKey: key,
      deadlineMs: this.#options.runMs ?? 60_000,
      context: { session: this.session },
      ...(confirmation !== null && { confirmation }),
    }).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  /** The tool's own line: at once where it usually takes long, and after the silence where it does this time. */
  async #fillSilence(name: string, over: AbortSignal, say: (line: string) => unknown) {
    const { quietMs = 800 } = this.#options;
    const since = performance.now();
    const tool = await this.#tools.get(name);
    if (fillerLine(tool, { quietMs }) === null) {
      const leftMs = quietMs - (performance.now() - since);
      await pause(Math.max(0, leftMs), over);
    }
    const line = tool.speech?.waiting;
    if (line !== undefined && !over.aborted) passOver(() => say(line));
  }

  async #tellLate(late: LateAnswer, { status }: ExecutionResult, onLate: (late: LateAnswer) => unknown) {
    if (this.#ended) return;
    if (late.why === 'interrupted') {
      // Only an effect is worth a turn that nobody waits for any more.
      if (status !== 'succeeded' && status !== 'outcome_unknown') return;
      if ((await this.#tools.get(late.call.name)).risk === 'read') return;
    }
    passOver(() => onLate(late));
  }
}

/** A late answer in words for the model, to begin a turn with. */
export function lateTurn({ call, answer, why }: LateAnswer): string {
  const before = why === 'slow' ? 'which took longer than expected,' : 'which the person interrupted,';
  return `The call of ${call.name} with the id ${call.id}, ${before} has ended. Tell the person what matters of it in one sentence. Its result: ${answer.text}`;
}

function passOver(work: () => unknown): void {
  try {
    Promise.resolve(work()).catch(() => undefined);
  } catch {
    // A conversation that has ended meanwhile, say. The call is not to suffer from it.
  }
}

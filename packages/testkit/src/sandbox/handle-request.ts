import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Credential } from '@patchbay/contracts';
import { type Answer, jsonAnswer } from './answer/answer.ts';
import { hasEffectByNature, misbehave, paused } from './answer/misbehave.ts';
import { bestExample } from './answer/prepared-example.ts';
import { refusal, refused, unmatched } from './answer/refuse.ts';
import { reset, send } from './answer/send.ts';
import { withUniqueId } from './answer/unique-ids.ts';
import { Arrival } from './arrival.ts';
import { BrokenDocument } from './check/argument-check.ts';
import { arrivalViolations, strayCredentials } from './check/arrival-violations.ts';
import { type Judgement, judge } from './check/judge.ts';
import { readBody } from './read-body.ts';
import type { BehaviourRules } from './record/behaviour-rules.ts';
import type { EffectLedger } from './record/effect-ledger.ts';
import type { Outcome, Recorder } from './record/recorder.ts';
import type { RouteTable } from './route/route-table.ts';

/** What answering a request needs. */
export interface SandboxState {
  readonly table: RouteTable;
  readonly rules: BehaviourRules;
  readonly ledger: EffectLedger;
  readonly recorder: Recorder;
  readonly credentials: 'any' | Readonly<Record<string, Credential>>;
  readonly uniqueIds: boolean;
  /** Aborted by `reset` and `close`: lets waiting answers go. */
  readonly signal: () => AbortSignal;
}

/** Answers one request to an upstream. */
export async function handleRequest(
  state: SandboxState,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const arrival = new Arrival(message);
  // 1. What no request may be, whatever tool it is for.
  const wrong = arrivalViolations(arrival, message.rawHeaders);
  if (wrong.length > 0) {
    message.resume();
    const { answer, message: text } = refusal(
      400,
      'malformed',
      `the request is malformed: ${wrong.map((violation) => violation.kind).join(', ')}`,
    );
    return finish(state, response, answer, { ...noTool(arrival), message: text, violations: wrong });
  }
  // 2. Whose host, method and path it is.
  const matches = state.table.find(arrival.host, arrival.method, arrival.path);
  if (matches.length === 0) {
    message.resume();
    const { answer, message: text } = unmatched(arrival, state.table);
    return finish(state, response, answer, {
      ...noTool(arrival),
      message: text,
      violations: strayCredentials(arrival, state.table),
    });
  }
  if (state.rules.dropsAtConnect(matches.map((match) => match.target))) return reset(response);
  // 3. Its body.
  const body = await readBody(message);
  if (body === 'aborted')
    return state.recorder.add({
      ...noTool(arrival),
      verdict: 'aborted',
      status: 0,
      message: 'the body never came to its end',
    });
  if (body === 'too_large')
    return finish(
      state,
      response,
      jsonAnswer(413, { error: { code: 'too_large', message: 'the body is larger than any tool needs' } }),
      noTool(arrival),
    );
  arrival.body = body;
  // 4. Whether it is what a document says.
  let judgement: Judgement;
  try {
    judgement = judge(arrival, matches, state.credentials);
  } catch (error) {
    if (!(error instanceof BrokenDocument)) throw error;
    const { answer, message: text } = refusal(500, 'broken_document', error.message);
    return finish(state, response, answer, { ...noTool(arrival), message: text });
  }
  if (judgement.status !== 200)
    return finish(state, response, refused(judgement), {
      ...noTool(arrival),
      judgement,
      message: judgement.message,
      violations: judgement.violations,
    });
  return accept(state, response, arrival, judgement);
}

async function accept(
  state: SandboxState,
  response: ServerResponse,
  arrival: Arrival,
  judgement: Judgement,
): Promise<void> {
  // 5. A known idempotency key gets its first answer again; other arguments under it are refused.
  const known = state.ledger.known(judgement);
  if (known === 'mismatch') {
    const { answer, message } = refusal(
      422,
      'idempotency_mismatch',
      'this idempotency key was used with other arguments',
    );
    return finish(state, response, answer, { ...noTool(arrival), judgement, message });
  }
  // 6. The effect happens when the request arrives; only what the caller hears of it may be late or wrong.
  const plan = state.rules.planFor(judgement.target, judgement.values);
  const example = truthOf(judgement);
  const happens =
    judgement.target.hasEffect &&
    example.status < 300 &&
    (plan.end === null || (plan.end.effect ?? hasEffectByNature(plan.end.behaviour)));
  const now = Date.now();
  const truth =
    known?.answer ??
    (happens
      ? state.ledger.add(judgement, (number) => (state.uniqueIds ? withUniqueId(example, number) : example), now)
      : example);
  state.recorder.add({
    arrival,
    judgement,
    verdict: 'accepted',
    status: truth.status,
    message: '',
    behaviours: plan.kinds,
    replayed: known !== null,
    violations: [],
  });
  // 7. The answer.
  const signal = state.signal();
  if (plan.delayMs > 0 && !(await paused(plan.delayMs, signal))) return reset(response);
  if (response.destroyed) return;
  const behaviour = plan.end?.behaviour;
  if (behaviour === undefined || behaviour.kind === 'delay') send(response, truth);
  else await misbehave(response, behaviour, truth, signal);
}

/** The example that fits best; a tool without any answers with what it understood. */
function truthOf(judgement: Judgement): Answer {
  const example = bestExample(judgement.target.examples, judgement.values);
  return (
    example?.answer ?? jsonAnswer(200, { sandbox: true, tool: judgement.target.tool, arguments: judgement.values })
  );
}

function noTool(arrival: Arrival): Omit<Outcome, 'status'> {
  return { arrival, judgement: null, verdict: 'refused', message: '', behaviours: [], replayed: false, violations: [] };
}

function finish(state: SandboxState, response: ServerResponse, answer: Answer, outcome: Omit<Outcome, 'status'>): void {
  state.recorder.add({ ...outcome, status: answer.status });
  send(response, answer);
}

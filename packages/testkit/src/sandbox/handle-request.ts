import type { IncomingMessage, ServerResponse } from 'node:http';
import { acceptRequest } from './accept-request.ts';
import { type Answer, jsonAnswer } from './answer/answer.ts';
import { refusal, refused, unmatched } from './answer/refuse.ts';
import { reset, send } from './answer/send.ts';
import { answerExchange } from './answer-exchange.ts';
import { Arrival } from './arrival.ts';
import { BrokenDocument } from './check/argument-check.ts';
import { arrivalViolations, strayCredentials } from './check/arrival-violations.ts';
import { type Judgement, judge } from './check/judge.ts';
import { readBody } from './read-body.ts';
import type { Outcome } from './record/recorder.ts';
import type { SandboxState } from './sandbox-state.ts';

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
  const exchange = matches.length === 0 ? state.table.exchangeAt(arrival.host, arrival.path) : null;
  if (matches.length === 0 && exchange === null) {
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
  if (exchange !== null) return answerExchange(state, response, arrival, exchange);
  // 4. Whether it is what a document says.
  let judgement: Judgement;
  try {
    judgement = judge(arrival, matches, state);
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
  return acceptRequest(state, response, arrival, judgement);
}

function noTool(arrival: Arrival): Omit<Outcome, 'status'> {
  return { arrival, judgement: null, verdict: 'refused', message: '', behaviours: [], replayed: false, violations: [] };
}

function finish(state: SandboxState, response: ServerResponse, answer: Answer, outcome: Omit<Outcome, 'status'>): void {
  state.recorder.add({ ...outcome, status: answer.status });
  send(response, answer);
}

import type { ExecutionResult } from '@patchbay/contracts';
import { confirmationOf } from '../confirmation.ts';
import { answerOf, type ModelAnswer } from '../models/model-answer.ts';
import { reservedArguments } from './reserved-arguments.ts';

/**
 * What came of a call, for a model on the line. One that wants the person's yes is told what to ask, and how the call comes
 * again with it.
 */
export function voiceAnswerOf(
  id: string,
  result: Pick<ExecutionResult, 'status' | 'output' | 'error' | 'untrusted'>,
): ModelAnswer {
  const asked = confirmationOf(result);
  if (asked === null) return answerOf(id, { ...result, output_left_out: false });
  const text = {
    error: { code: 'confirmation_required', speakable: asked.ask, retryable: false },
    [reservedArguments.confirmation]: asked.token,
    next: `Nothing was done yet. Ask the person: "${asked.ask}" If they say yes, call the same tool again with the same arguments and ${reservedArguments.confirmation} set to the token above. If not, do not call it.`,
  };
  return { id, isError: true, text: JSON.stringify(text) };
}

/** Of a call that is not done yet. It is no failure, and must not be made a second time. `call`: the id to ask for it by. */
export function stillWorking(id: string, call: string): ModelAnswer {
  const output = {
    status: 'working',
    [reservedArguments.call]: call,
    next: `Say that it takes a moment longer. For the result call the same tool again with the same arguments and ${reservedArguments.call}.`,
  };
  return { id, isError: false, text: JSON.stringify(output), output };
}

/** Of a call that the person interrupted. */
export function interrupted(id: string): ModelAnswer {
  const output = { status: 'interrupted', next: 'The person spoke meanwhile. Go on with what they say.' };
  return { id, isError: false, text: JSON.stringify(output), output };
}

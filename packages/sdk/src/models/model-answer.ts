import { type ErrorBody, errorBody, type PlanCallResult, type Untrusted } from '@patchbay/contracts';
import { nextSteps } from './next-step.ts';
import { untrustedNote } from './untrusted-note.ts';

/** What to tell the model about one of its calls. */
export interface ModelAnswer {
  readonly id: string;
  /** JSON, or the output itself where that is text. Of a failure `{ error }`, with the reason and the next step. */
  readonly text: string;
  readonly isError: boolean;
  /** What the tool gave, as data; undefined of a failure, or when it was too large to be given. */
  readonly output?: unknown;
  /**
   * What is suspicious about it and could lead a model astray; left out: nothing. `text` begins with a line that says so, and
   * `output` is `{ note, data }`.
   */
  readonly untrusted?: Untrusted;
}

/** What came of a call, in words for a model. Whatever an upstream wrote stays in values of JSON, or is the output alone. */
export function answerOf(
  id: string,
  result: Pick<PlanCallResult, 'status' | 'output' | 'error' | 'output_left_out' | 'untrusted'>,
): ModelAnswer {
  return noted(plainAnswer(id, result), result.untrusted);
}

function plainAnswer(
  id: string,
  result: Pick<PlanCallResult, 'status' | 'output' | 'error' | 'output_left_out'>,
): ModelAnswer {
  if (result.status !== 'succeeded') return answerError(id, result.error ?? errorBody('cancelled'));
  if (result.output_left_out)
    return { id, isError: false, text: '{"note":"It succeeded, but its answer is too large to be shown."}' };
  const { output } = result;
  return { id, isError: false, text: typeof output === 'string' ? output : (JSON.stringify(output) ?? 'null'), output };
}

/** The warning goes before the text, and beside the data where that is passed on as it is. Of an error it is a member, as its text is JSON. */
function noted(answer: ModelAnswer, untrusted: Untrusted | undefined): ModelAnswer {
  const note = untrusted === undefined ? null : untrustedNote(untrusted);
  if (untrusted === undefined || note === null) return answer;
  const { text, output } = answer;
  if (answer.isError) return { ...answer, untrusted, text: JSON.stringify({ note, ...JSON.parse(text) }) };
  return {
    ...answer,
    untrusted,
    text: `${note}\n${text}`,
    ...(output !== undefined && { output: { note, data: output } }),
  };
}

/** What a model needs in order to say it, to correct itself or to wait; no more of `details` than what is wrong where. */
export function answerError(
  id: string,
  { code, message, speakable, retryable, retry_after_ms, details }: ErrorBody,
): ModelAnswer {
  const error = {
    code,
    message,
    speakable,
    retryable,
    ...(retry_after_ms !== null && { retry_after_ms }),
    ...(Array.isArray(details['issues']) && { issues: details['issues'] }),
    next: nextSteps[code],
  };
  return { id, isError: true, text: JSON.stringify({ error }) };
}

/** A failed call, for libraries whose tools fail by throwing. The message is the answer for the model. */
export class ToolCallError extends Error {
  constructor({ text }: ModelAnswer) {
    super(text);
    this.name = 'ToolCallError';
  }
}

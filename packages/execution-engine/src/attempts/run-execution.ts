import type { ErrorBody } from '@patchbay/contracts';
import type { ExecuteOutcome } from '../engine-types.ts';
import { loadFiles } from '../files/load-files.ts';
import type { PageStop, Truncation } from '../response/limit-items.ts';
import { pickOutput, shapeOutput } from '../response/shape-output.ts';
import { withNote } from '../response/truncation-note.ts';
import { joinUntrusted, screenOutput } from '../response/untrusted/screen-output.ts';
import type { AttemptPorts, Execution } from './execution.ts';
import { readPages } from './read-pages.ts';
import { runStep } from './run-step.ts';
import { runSteps } from './run-steps.ts';
import { transformOutput } from './transform-output.ts';
import type { Failure } from './verdict.ts';

/** Carries out the tool's one request, or its steps; the answer of the last is the output. */
export async function runExecution(ports: AttemptPorts, execution: Execution): Promise<ExecuteOutcome> {
  const { prepared } = execution.input;
  const { steps, pagination, transform } = prepared;
  if (prepared.files.length > 0) {
    const refused = await loadFiles(ports, execution);
    if (refused !== null) return failed(execution, refused);
  }
  if (transform !== null) ports.transform.warm();
  let answer = steps.length === 1 ? await runStep(ports, execution, steps[0]) : await runSteps(ports, execution);
  if (!answer.ok) return failed(execution, answer);
  let note: Truncation | null = null;
  if (pagination !== null) {
    const pages = await readPages(ports, execution, steps[0], pagination, answer);
    if ('status' in pages) return failed(execution, pages);
    answer = pages.answer;
    note = pages.note;
  }
  // A stream was shaped item by item.
  const { shaped: streamed } = answer;
  if (streamed !== undefined) return succeeded(execution, streamed.output, streamed.truncated);
  if (transform === null) {
    const { output, truncated } = shapeOutput(prepared, answer, execution.steps, execution.scrubber, note);
    return noting(note, succeeded(execution, output, truncated));
  }
  const picked = pickOutput(prepared, answer, execution.steps, execution.scrubber);
  const shaped = await transformOutput(ports, execution, transform, picked);
  if ('error' in shaped) return failed(execution, { status: 'failed', error: shaped.error });
  const { output, truncated } = withNote(shaped, note);
  return noting(note, succeeded(execution, output, truncated));
}

/** What an upstream sent is data, whatever it says: it goes on without what nobody sees, and with a word on what is suspicious. */
function succeeded(execution: Execution, output: unknown, truncated: boolean): ExecuteOutcome {
  const screened = screenOutput(output);
  const untrusted = joinUntrusted(screened.untrusted, execution.untrusted);
  const result = outcome(execution, 'succeeded', screened.value, null, truncated);
  return untrusted === null ? result : { ...result, untrusted };
}

/** Reasons to stop that another execution of the same tool may not have. */
const ownStops: ReadonlySet<PageStop> = new Set(['deadline', 'rate_limited', 'failed']);

function noting(note: Truncation | null, result: ExecuteOutcome): ExecuteOutcome {
  return note?.pages !== undefined && ownStops.has(note.pages.stopped) ? { ...result, cutShort: true } : result;
}

function failed(execution: Execution, failure: { status: Failure['status']; error: ErrorBody }): ExecuteOutcome {
  // Only an execution that sent nothing at all is refused.
  const status = failure.status === 'refused' && execution.sent ? 'failed' : failure.status;
  const result = outcome(execution, status, null, failure.error, false);
  // An error can hold an upstream's own words, which a model reads too.
  const { message, details } = failure.error;
  const { untrusted } = screenOutput({ message, details });
  if (untrusted === null) return result;
  return { ...result, untrusted: { ...untrusted, paths: untrusted.paths.map((path) => `error.${path}`) } };
}

function outcome(
  execution: Execution,
  status: ExecuteOutcome['status'],
  output: unknown,
  error: ErrorBody | null,
  truncated: boolean,
): ExecuteOutcome {
  const { attempts, upstreamMs, upstreamStatus, streamed } = execution;
  return { status, output, error, attempts, upstreamMs, upstreamStatus, truncated, streamed };
}

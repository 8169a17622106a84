import { errorBody } from '@patchbay/contracts';
import type { LimitedOutput } from '../response/limit-output.ts';
import { limitOutput } from '../response/limit-output.ts';
import { withNote } from '../response/truncation-note.ts';
import type { AttemptPorts, Execution } from './execution.ts';
import type { Failure } from './verdict.ts';

/** Results longer than this many times `max_bytes` are not even read: they would be cut down to nothing useful. */
const maxGrowth = 8;

/**
 * What a tool's transform makes of the picked answer, within the limits. When it gives nothing, a read fails with
 * `response_invalid`; after a write the effect counts more than the shape of its answer, so the picked answer stands, with
 * a note.
 */
export async function transformOutput(
  ports: AttemptPorts,
  execution: Execution,
  expression: string,
  picked: unknown,
): Promise<LimitedOutput | { readonly error: Failure['error'] }> {
  const { prepared, deadlineAt } = execution.input;
  const { maxItems, maxBytes } = prepared;
  const outcome = await ports.transform.run({
    expression,
    input: JSON.stringify(picked ?? null),
    maxLength: maxGrowth * maxBytes,
    timeoutMs: deadlineAt - ports.now(),
  });
  if (outcome.ok) {
    const value: unknown = JSON.parse(outcome.text);
    // An expression can put together what the scrubber could not find in pieces, such as decoded base64.
    const clean = execution.scrubber().finds(outcome.text) ? execution.scrubber().value(value) : value;
    return limitOutput(clean, maxItems, maxBytes, outcome.text.length * 3 <= maxBytes);
  }
  if (prepared.risk !== 'read')
    return withNote(limitOutput(picked, maxItems, maxBytes, false), { transform: outcome.reason });
  if (ports.now() >= deadlineAt) return { error: errorBody('deadline_exceeded') };
  return {
    error: errorBody('response_invalid', {
      message: `The answer of ${prepared.document.name} could not be transformed as the tool says.`,
      details: {
        reason: `transform_${outcome.reason}`,
        ...(outcome.code === null ? {} : { jsonata_code: outcome.code }),
      },
    }),
  };
}

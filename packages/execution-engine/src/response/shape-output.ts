import type { Success } from '../attempts/judge-response.ts';
import type { Scrubber } from '../auth/scrub.ts';
import type { PreparedTool } from '../prepare/prepared-tool.ts';
import type { Truncation } from './limit-items.ts';
import type { LimitedOutput } from './limit-output.ts';
import { limitOutput } from './limit-output.ts';
import { withNote } from './truncation-note.ts';

/** What the model sees of an answer: picked fields, without the credential should the upstream echo it, within the limits. */
export function shapeOutput(
  prepared: PreparedTool,
  answer: Success,
  steps: Readonly<Record<string, unknown>>,
  scrubber: () => Scrubber,
  note: Truncation | null = null,
): LimitedOutput {
  const value = pickOutput(prepared, answer, steps, scrubber);
  // Three bytes of UTF-8 at most for each UTF-16 unit: when even that fits, there is nothing to measure.
  const fits =
    !prepared.projectsSteps && (answer.text?.length ?? 50) * 3 * prepared.projectionGrowth <= prepared.maxBytes;
  return withNote(limitOutput(value, prepared.maxItems, prepared.maxBytes, fits), note);
}

/** The picked fields, without the credential. */
export function pickOutput(
  prepared: PreparedTool,
  answer: Success,
  steps: Readonly<Record<string, unknown>>,
  scrubber: () => Scrubber,
): unknown {
  const { projection } = prepared;
  let value = answer.value;
  if (prepared.projectsSteps) value = { ...(typeof value === 'object' && !Array.isArray(value) ? value : {}), steps };
  if (projection !== null) value = projection(value);
  // One scan of the text decides; the walk through the value is for the rare answer that holds a secret.
  if (prepared.projectsSteps || (answer.text !== null && scrubber().finds(answer.text)))
    value = scrubber().value(value);
  return value;
}

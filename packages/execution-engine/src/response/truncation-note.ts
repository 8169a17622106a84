import type { Truncation } from './limit-items.ts';
import type { LimitedOutput } from './limit-output.ts';

/** Adds to what an output says about itself under `_truncated`; one that has no place for it goes below `items` or `value`. */
export function withNote({ output, truncated }: LimitedOutput, note: Truncation | null): LimitedOutput {
  if (note === null) return { output, truncated };
  if (Array.isArray(output)) return { output: { items: output, _truncated: note }, truncated: true };
  if (typeof output !== 'object' || output === null)
    return { output: { value: output, _truncated: note }, truncated: true };
  const { _truncated: known } = output as { _truncated?: Truncation };
  return { output: { ...output, _truncated: { ...(truncated ? known : {}), ...note } }, truncated: true };
}

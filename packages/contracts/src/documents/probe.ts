import { z } from 'zod';

/**
 * How to find out what became of a call whose outcome is unknown: a read tool of the same document that looks for its effect.
 * The conditions have the grammar of `ErrorRule.when`, over that tool's output. Neither holding, or the read failing, leaves
 * the outcome unknown.
 */
export const Probe = z.strictObject({
  /** Key of a tool of risk `read`. */
  tool: z.string(),
  /** Its arguments: `{ from: name }` is an argument of the call (left out when the call has none), `{ const: value }` is fixed. */
  arguments: z
    .record(z.string(), z.union([z.strictObject({ from: z.string() }), z.strictObject({ const: z.json() })]))
    .default({}),
  /** Holds when the effect is there. */
  happened: z.string().min(1).max(400),
  /** Holds when it is certain that the effect is not there, so that the call may be sent again. Only where reads see writes at once. */
  not_happened: z.string().min(1).max(400).optional(),
});
export type Probe = z.infer<typeof Probe>;

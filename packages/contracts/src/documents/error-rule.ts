import { z } from 'zod';
import { ErrorCode } from '../errors.ts';

/**
 * Turns a response that says 200 but means failure, or a vendor code, into a catalogue error. Rules are tried on every
 * response, whatever its status: the step's, then the tool's, then the document's. First match wins; a response that
 * matches none is judged by its status.
 */
export const ErrorRule = z.strictObject({
  /**
   * `path = literal`, `path != literal` or `exists(path)`, joined by `and` / `or` (`and` binds tighter, no brackets).
   * A literal is `'text'`, a number, `true`, `false` or `null`. Paths lead into the body; `[0].errorCode` starts at an
   * array; `$status` is the HTTP status.
   */
  when: z.string().min(1).max(400),
  code: ErrorCode,
  /** A path into the body whose text becomes part of `message`. */
  message: z.string().optional(),
  speakable: z.string().max(200).optional(),
});
export type ErrorRule = z.infer<typeof ErrorRule>;

import { z } from 'zod';

/**
 * What is suspicious about data that an upstream sent. `prompt_injection`: words or marks that would instruct a model.
 * `hidden_text`: text that a person would not see. `active_content`: HTML that does something, such as a script. `html`: any
 * other markup. `invisible_characters`, `control_characters`: were taken out.
 */
export const UntrustedFlag = z.enum([
  'prompt_injection',
  'hidden_text',
  'active_content',
  'html',
  'invisible_characters',
  'control_characters',
]);
export type UntrustedFlag = z.infer<typeof UntrustedFlag>;

/** Most paths that one answer names. */
export const maxUntrustedPaths = 10;

/** Says of an answer that it is to be read as data, whatever it says. Its absence does not say that an upstream is to be obeyed. */
export const Untrusted = z.object({
  flags: z.array(UntrustedFlag).min(1),
  /** Where, as in an issue: `items[0].body`; empty: the output itself. At most 10. */
  paths: z.array(z.string()).max(maxUntrustedPaths),
});
export type Untrusted = z.infer<typeof Untrusted>;

import { PatchbayError } from '@patchbay/contracts';

/** Why an import cannot go on. */
export type ImportReason =
  | 'unreadable'
  | 'not_an_api_description'
  | 'no_operations'
  | 'choose_operations'
  | 'unknown_operation'
  | 'nothing_drafted'
  | 'no_server'
  | 'free_host'
  | 'bad_overlay'
  | 'bad_curl'
  | 'bad_id';

const next = 'The message says what to do; --help shows the options.';

/** An `invalid_request` whose message says what to do next; `details.reason` is for programs. */
export function importError(
  reason: ImportReason,
  message: string,
  details: Record<string, unknown> = {},
): PatchbayError {
  return new PatchbayError('invalid_request', { message, details: { reason, next, ...details } });
}

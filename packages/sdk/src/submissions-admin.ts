import {
  type DeadLetter,
  type ListDeadLettersResult,
  routes,
  type ShowDeadLetterResult,
  type SubmitResult,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';

/** What an operator does with submissions that were given up. Without a tenant named, the operator's own. */
export interface SubmissionsAdmin {
  /** Dead letters, newest first; `everyTenant` for those of all. */
  list(options?: { readonly everyTenant?: boolean; readonly limit?: number }): Promise<ListDeadLettersResult>;
  /** One, with what was submitted. @throws PatchbayError `invalid_request` when there is none. */
  show(id: string): Promise<ShowDeadLetterResult>;
  /** Back into the stream under its id and key. `expiresInMs`: default one hour. */
  replay(id: string, options?: { readonly expiresInMs?: number }): Promise<SubmitResult>;
  drop(id: string): Promise<DeadLetter>;
}

export function submissionsOver(messaging: Messaging, tenant: string): SubmissionsAdmin {
  return {
    list: ({ everyTenant = false, limit } = {}) =>
      messaging.request(
        routes.listDeadLetters,
        {},
        { ...(!everyTenant && { tenant }), ...(limit !== undefined && { limit }) },
      ),
    show: (id) => messaging.request(routes.showDeadLetter, {}, { tenant, id }),
    replay: (id, { expiresInMs } = {}) =>
      messaging.request(
        routes.replayDeadLetter,
        {},
        { tenant, id, ...(expiresInMs !== undefined && { expires_in_ms: expiresInMs }) },
      ),
    drop: async (id) => (await messaging.request(routes.dropDeadLetter, {}, { tenant, id })).dropped,
  };
}

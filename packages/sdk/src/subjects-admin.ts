import {
  type EraseSubjectResult,
  type ExportSubjectResult,
  type FindSubjectResult,
  type RevealEventResult,
  routes,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';

/**
 * The persons whom calls are about, named as `phone:+1555…`, `email:…`, `id:…`, or without a kind. Every method throws PatchbayError
 * `invalid_request` for what names nobody, `vault_unavailable`, `audit_unavailable`.
 */
export interface SubjectsAdmin {
  /** By which token a person goes in the audit log. */
  find(subject: string): Promise<FindSubjectResult>;
  /** A page of all that is held on a person, newest events first. */
  export(subject: string, page?: { readonly cursor?: string; readonly limit?: number }): Promise<ExportSubjectResult>;
  /** Erases a person, for good. `precondition_failed` while a legal hold has it kept. */
  erase(subject: string, options?: { readonly reason?: string }): Promise<EraseSubjectResult>;
  /** What an event keeps of its person. `not_found` when nothing is, or it was erased. */
  reveal(eventId: string): Promise<RevealEventResult>;
}

export function subjectsOver(messaging: Messaging, tenant: string): SubjectsAdmin {
  return {
    find: (subject) => messaging.request(routes.findSubject, {}, { tenant, subject }),
    export: (subject, page = {}) => messaging.request(routes.exportSubject, {}, { tenant, subject, ...page }),
    erase: (subject, options = {}) => messaging.request(routes.eraseSubject, {}, { tenant, subject, ...options }),
    reveal: (eventId) => messaging.request(routes.revealEvent, {}, { tenant, event_id: eventId }),
  };
}

import {
  DestroySubjectRequest,
  DestroySubjectResult,
  FindSubjectRequest,
  FindSubjectResult,
  LendSubjectKeyRequest,
  LendSubjectKeyResult,
  LendTokenKeyRequest,
  LendTokenKeyResult,
  RevealEventRequest,
  RevealEventResult,
  SubjectErased,
} from './messages/subjects.ts';
import { event, request } from './route-kinds.ts';

/** What concerns the persons that calls are about: their tokens and keys, and what is held on them. */
export const subjectRoutes = {
  lendTokenKey: request({
    subject: 'svc.vault.v1.subjects.{caller}.tokens',
    owner: 'vault',
    callers: ['executor', 'gateway'],
    request: LendTokenKeyRequest,
    response: LendTokenKeyResult,
    timeoutMs: 2_000,
  }),
  lendSubjectKey: request({
    subject: 'svc.vault.v1.subjects.{caller}.key',
    owner: 'vault',
    callers: ['executor', 'audit'],
    request: LendSubjectKeyRequest,
    response: LendSubjectKeyResult,
    timeoutMs: 2_000,
  }),
  findSubject: request({
    subject: 'svc.vault.v1.subjects.find',
    owner: 'vault',
    callers: ['admin', 'gateway', 'audit'],
    request: FindSubjectRequest,
    response: FindSubjectResult,
    timeoutMs: 5_000,
  }),
  destroySubject: request({
    subject: 'svc.vault.v1.subjects.destroy',
    owner: 'vault',
    callers: ['audit'],
    request: DestroySubjectRequest,
    response: DestroySubjectResult,
    timeoutMs: 10_000,
  }),
  revealEvent: request({
    subject: 'svc.audit.v1.reveal',
    owner: 'audit',
    callers: ['admin', 'gateway'],
    request: RevealEventRequest,
    response: RevealEventResult,
    timeoutMs: 10_000,
  }),
} as const;

export const subjectEvents = {
  subjectErased: event({
    subject: 'svc.vault.v1.subjects.erased',
    owner: 'vault',
    subscribers: ['executor', 'gateway', 'audit'],
    body: SubjectErased,
  }),
} as const;

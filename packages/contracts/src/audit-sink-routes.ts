import {
  ListSinks,
  ListSinksResult,
  PauseSink,
  PauseSinkResult,
  RemoveSink,
  RemoveSinkResult,
  SetSink,
  SetSinkResult,
} from './messages/audit-sinks.ts';
import { request } from './route-kinds.ts';

const asked = { owner: 'audit', callers: ['admin', 'gateway'], timeoutMs: 10_000 } as const;

/** The sinks that records are sent to. */
export const auditSinkRoutes = {
  listSinks: request({ ...asked, subject: 'svc.audit.v1.sinks.list', request: ListSinks, response: ListSinksResult }),
  setSink: request({ ...asked, subject: 'svc.audit.v1.sinks.set', request: SetSink, response: SetSinkResult }),
  removeSink: request({
    ...asked,
    subject: 'svc.audit.v1.sinks.remove',
    request: RemoveSink,
    response: RemoveSinkResult,
  }),
  pauseSink: request({ ...asked, subject: 'svc.audit.v1.sinks.pause', request: PauseSink, response: PauseSinkResult }),
} as const;

import { type AuditSink, PatchbayError } from '@patchbay/contracts';
import type { StoredSink } from './ports.ts';

/** A sink as others see it. `hasToken`: of one of the installation, whose token is not in the vault. */
export function toldSink(sink: StoredSink, hasToken = sink.secretId !== null): AuditSink {
  const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return {
    name: sink.name,
    tenant: sink.tenant,
    settings: sink.settings,
    has_token: hasToken,
    state: sink.state,
    problem: sink.problem,
    failures: sink.failures,
    next_try_at: time(sink.nextTryMs),
    delivered_at: time(sink.deliveredMs),
    delivered: sink.delivered,
    waiting: sink.waiting,
  };
}

/** @throws PatchbayError `not_found` for null. */
export function foundSink(sink: StoredSink | null, name: string): StoredSink {
  if (sink === null) throw new PatchbayError('not_found', { message: `There is no sink '${name}'.` });
  return sink;
}

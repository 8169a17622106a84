import type { Delivery, DeliveryAttempt, StoredDelivery, WebhookDeadLetter } from '@patchbay/contracts';
import type { AttemptOutcome, Verdict } from './judge-attempt.ts';

/** What is kept of a delivery: what its tenant is shown, and failures of ours, which are no attempts. */
export interface DeliveryRecord extends Delivery {
  /** In a row. */
  readonly failures_of_ours: number;
  /** RFC 3339, of the first of these. */
  readonly failing_of_ours_since: string | null;
}

/** Attempts whose details are kept, the newest; a schedule of fifty fits. */
const maxAttemptsKept = 60;
/** Characters of a message and of an answer that are kept. */
const maxText = 1_024;

export interface DeliveryNames {
  readonly tenant: string;
  readonly subscription: string;
}

/** The record of a delivery that nothing was done about yet. */
export function newRecord(
  { tenant, subscription }: DeliveryNames,
  stored: StoredDelivery,
  now: number,
): DeliveryRecord {
  return {
    id: stored.delivery,
    tenant,
    subscription,
    source: stored.source,
    event: stored.event,
    event_type: stored.event_type,
    state: 'waiting',
    attempts: [],
    created_at: timeOf(now),
    next_attempt_at: null,
    finished_at: null,
    replay_of: stored.replay_of,
    failures_of_ours: 0,
    failing_of_ours_since: null,
  };
}

/** The record with an attempt that ended so. */
export function withAttempt(
  record: DeliveryRecord,
  outcome: AttemptOutcome,
  startedAt: number,
  durationMs: number,
): DeliveryRecord {
  const attempt: DeliveryAttempt = {
    number: (record.attempts.at(-1)?.number ?? 0) + 1,
    started_at: timeOf(startedAt),
    duration_ms: Math.max(0, Math.round(durationMs)),
    outcome: outcome.outcome,
    status: outcome.status,
    error_code: outcome.errorCode,
    message: outcome.message?.slice(0, maxText) ?? null,
    answer: outcome.answer?.slice(0, maxText) ?? null,
    execution_id: outcome.executionId,
  };
  return {
    ...record,
    attempts: [...record.attempts, attempt].slice(-maxAttemptsKept),
    failures_of_ours: 0,
    failing_of_ours_since: null,
  };
}

/** The record after a failure of ours, which leaves no attempt. */
export function withFailureOfOurs(record: DeliveryRecord, now: number): DeliveryRecord {
  return {
    ...record,
    failures_of_ours: record.failures_of_ours + 1,
    failing_of_ours_since: record.failing_of_ours_since ?? timeOf(now),
  };
}

/** The record once it was decided how the delivery goes on. */
export function withVerdict(record: DeliveryRecord, verdict: Verdict, now: number): DeliveryRecord {
  if (verdict.kind === 'again') return { ...record, next_attempt_at: timeOf(now + verdict.afterMs) };
  return finished(record, verdict.kind === 'succeeded' ? 'succeeded' : 'dead_letter', now);
}

export function finished(record: DeliveryRecord, state: Delivery['state'], now: number): DeliveryRecord {
  return { ...record, state, next_attempt_at: null, finished_at: timeOf(now) };
}

/** Attempts made, those whose details went included. */
export function attemptsOf({ attempts }: Pick<Delivery, 'attempts'>): number {
  return attempts.at(-1)?.number ?? 0;
}

/** The dead letter of a delivery that was given up. */
export function deadLetterOf(
  record: DeliveryRecord,
  sequence: number,
  reason: WebhookDeadLetter['reason'],
  now: number,
): WebhookDeadLetter {
  const { id, tenant, subscription, source, event, event_type } = record;
  return {
    id,
    tenant,
    subscription,
    source,
    event,
    event_type,
    sequence,
    reason,
    attempts: attemptsOf(record),
    last_attempt: record.attempts.at(-1) ?? null,
    died_at: timeOf(now),
  };
}

function timeOf(now: number): string {
  return new Date(now).toISOString();
}

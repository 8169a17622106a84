import type { Logger } from '@patchbay/service-kit';
import type { StoreReport } from '../operations/store-audit-batch.ts';
import { sqlFailureOf } from './sql-failure.ts';

/** Totals since the process started. */
export interface AuditCounters {
  messages: number;
  /** Events stored for the first time; redeliveries do not count. */
  events: number;
  /** Messages and events put in quarantine. Above zero, somebody has to look. */
  quarantined: number;
  /** Quarantine entries that the store refused. */
  unkept: number;
  /** Batches in a row that the store could not take; zero when it is well. */
  failures: number;
}

export function newCounters(): AuditCounters {
  return { messages: 0, events: 0, quarantined: 0, unkept: 0, failures: 0 };
}

/** Most quarantined things named in one log line. */
const maxNamed = 10;

/** Counts, and tells an operator what needs one. Lines with `alert` are for alerting rules. */
export function createLogStoreReport(log: Logger, counters: AuditCounters): StoreReport {
  return {
    stored(events, messages) {
      if (counters.failures > 0) log.info({ failures: counters.failures }, 'The audit store is back');
      counters.failures = 0;
      counters.events += events;
      counters.messages += messages;
    },
    quarantined(items) {
      counters.quarantined += items.length;
      const named = items
        .slice(0, maxNamed)
        .map(({ reason, sequence, subject, detail }) => ({ reason, sequence, subject, detail }));
      log.error(
        { alert: 'audit_quarantine', count: items.length, total: counters.quarantined, items: named },
        'Audit messages were put in quarantine',
      );
    },
    unkept(item) {
      counters.unkept += 1;
      log.error(
        { alert: 'audit_quarantine_refused', ...item, total: counters.unkept },
        'The audit store refused a quarantine entry; the message stays in the stream',
      );
    },
    unavailable(failures, cause) {
      counters.failures = failures;
      const failure = sqlFailureOf(cause);
      const line = { alert: 'audit_store_unavailable', failures, failure: failure.kind, err: cause };
      if (failure.kind === 'away') log.warn(line, 'The audit store is away; nothing is acknowledged until it is back');
      else log.error(line, 'The audit store is broken; nothing is acknowledged until somebody repairs it');
    },
  };
}

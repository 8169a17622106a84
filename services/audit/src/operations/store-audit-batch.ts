import type { AuditRow } from '../domain/audit-row.ts';
import { type BatchOutcome, decideVerdict, type Verdict } from '../domain/batch-verdict.ts';
import {
  type CheckedMessage,
  checkMessage,
  itemOf,
  type PlacedRow,
  type ReceivedMessage,
  type VerifyMac,
} from '../domain/check-message.ts';
import type { QuarantinedItem, QuarantineReason } from '../domain/quarantine.ts';

/** What became of rows or of quarantine entries handed to the store. */
export type AppendResult =
  /** Committed. `reused` names event ids that were stored before with another content; the first one stays. */
  | { readonly kind: 'committed'; readonly stored: number; readonly reused: readonly string[] }
  /** The store is up and will never take this as it is. `code` is the SQLSTATE. Nothing was written. */
  | { readonly kind: 'refused'; readonly code: string }
  /** Away or failing. Whether anything was written is unknown. */
  | { readonly kind: 'unavailable'; readonly cause: unknown };

export interface AuditStore {
  /** Writes rows; those whose event id is there already change nothing. */
  appendEvents(rows: readonly AuditRow[]): Promise<AppendResult>;
  /** Writes quarantine entries; writing one again changes nothing. */
  appendQuarantine(items: readonly QuarantinedItem[]): Promise<AppendResult>;
}

/** What an operator hears of. Counts only: nothing of a message's content. */
export interface StoreReport {
  stored(events: number, messages: number): void;
  quarantined(items: readonly { reason: QuarantineReason; sequence: number; subject: string; detail: string }[]): void;
  /** The store would not even take the quarantine entry; the message stays in the stream alone. */
  unkept(item: { reason: QuarantineReason; sequence: number; code: string }): void;
  unavailable(failures: number, cause: unknown): void;
}

export interface StoreAuditBatchPorts {
  readonly verify: VerifyMac;
  readonly store: AuditStore;
  readonly report: StoreReport;
}

/** The store is away: ends a batch from any depth. Never leaves this file. */
class StoreAway extends Error {}

/**
 * Stores the events of a batch of messages of stream `AUDIT`, each exactly once by its id, and says whether the batch
 * may be acknowledged. Messages that cannot be believed or read are kept in quarantine and acknowledged.
 */
export function createStoreAuditBatch({
  verify,
  store,
  report,
}: StoreAuditBatchPorts): (messages: readonly ReceivedMessage[]) => Promise<Verdict> {
  let failures = 0;

  return async (messages) => {
    // 1. Sort into rows and things to keep apart.
    const rows: PlacedRow[] = [];
    const quarantined: QuarantinedItem[] = [];
    for (const message of messages) {
      const checked = check(message);
      rows.push(...checked.rows);
      quarantined.push(...checked.quarantined);
    }
    let outcome: BatchOutcome;
    try {
      // 2. Commit the rows.
      const appended = await appendRows(rows);
      // 3. Commit what was kept apart, by the check or by the store.
      const apart = [...quarantined, ...appended.quarantined];
      if (apart.length > 0) await keepApart(apart);
      failures = 0;
      outcome = { kind: 'committed' };
      report.stored(appended.stored, messages.length);
      if (apart.length > 0) report.quarantined(apart);
    } catch (error) {
      if (!(error instanceof StoreAway)) throw error;
      failures += 1;
      outcome = { kind: 'unavailable', failures };
      report.unavailable(failures, error.cause);
    }
    // 4. Acknowledge or not.
    return decideVerdict(outcome);
  };

  /** A defect of ours that one message brings out must not stop all others: it becomes that message's reason. */
  function check(message: ReceivedMessage): CheckedMessage {
    try {
      return checkMessage(message, verify);
    } catch (error) {
      const detail = error instanceof Error ? error.name : typeof error;
      return { rows: [], quarantined: [itemOf(message, 'check_failed', detail)] };
    }
  }

  /** Appends all rows; when the store refuses them, halves until the rows it refuses stand alone. */
  async function appendRows(rows: readonly PlacedRow[]): Promise<{ stored: number; quarantined: QuarantinedItem[] }> {
    if (rows.length === 0) return { stored: 0, quarantined: [] };
    const result = await store.appendEvents(rows.map(({ row }) => row));
    if (result.kind === 'unavailable') throw new StoreAway('store away', { cause: result.cause });
    if (result.kind === 'committed') {
      const reused = new Set(result.reused);
      const again = reused.size === 0 ? [] : rows.filter(({ row }) => reused.has(row.event_id));
      return {
        stored: result.stored,
        quarantined: again.map((placed) => apart(placed, 'event_id_reused', placed.row.event_id)),
      };
    }
    if (rows.length === 1)
      return { stored: 0, quarantined: [apart(rows[0] as PlacedRow, 'refused_by_store', `SQLSTATE ${result.code}`)] };
    const middle = Math.ceil(rows.length / 2);
    const left = await appendRows(rows.slice(0, middle));
    const right = await appendRows(rows.slice(middle));
    return { stored: left.stored + right.stored, quarantined: [...left.quarantined, ...right.quarantined] };
  }

  async function keepApart(items: readonly QuarantinedItem[]): Promise<void> {
    const result = await store.appendQuarantine(items);
    if (result.kind === 'unavailable') throw new StoreAway('store away', { cause: result.cause });
    if (result.kind === 'committed') return;
    if (items.length > 1) {
      for (const item of items) await keepApart([item]);
      return;
    }
    const { reason, sequence } = items[0] as QuarantinedItem;
    report.unkept({ reason, sequence, code: result.code });
  }
}

function apart(placed: PlacedRow, reason: QuarantineReason, detail: string): QuarantinedItem {
  return itemOf(placed.message, reason, detail, placed.position, placed.row.event);
}

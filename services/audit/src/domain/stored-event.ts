import { canonicalJson } from '@patchbay/contracts';
import type { AuditRow } from './audit-row.ts';

/** What the projection holds of an event. */
export interface StoredEvent {
  readonly event_id: string;
  readonly tenant: string;
  readonly class: string;
  readonly type: string;
  readonly time_ms: number;
  readonly producer: string;
  readonly execution_id: string | null;
  readonly tool: string | null;
  readonly session: string | null;
  readonly status: string;
  readonly error_code: string | null;
  readonly duration_ms: number | null;
  /** JSON. */
  readonly event: string;
  /** Its body is past its time, and gone: what was taken out of it is not there to compare. */
  readonly purged: boolean;
}

const kept = ['tenant', 'class', 'type', 'producer'] as const;
const compared = [...kept, 'execution_id', 'tool', 'session', 'status', 'error_code', 'duration_ms'] as const;

/** What is stored otherwise than the message that brought it says; null for nothing. */
export function differenceOf(row: AuditRow, stored: StoredEvent): 'content_differs' | 'columns_differ' | null {
  if (stored.purged) return isSame(kept, row, stored) ? null : 'columns_differ';
  if (stored.event !== JSON.stringify(row.event) && !sameJson(stored.event, row.event)) return 'content_differs';
  // Columns that were added later are not compared: what was stored before has none of them.
  return isSame(compared, row, stored) ? null : 'columns_differ';
}

function isSame(names: readonly (typeof compared)[number][], row: AuditRow, stored: StoredEvent): boolean {
  return names.every((name) => stored[name] === row[name]) && stored.time_ms === Date.parse(row.time);
}

/** Whatever the order of fields. */
function sameJson(text: string, value: unknown): boolean {
  try {
    return canonicalJson(JSON.parse(text)) === canonicalJson(value);
  } catch {
    return false;
  }
}

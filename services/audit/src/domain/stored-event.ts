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
}

const compared = [
  'tenant',
  'class',
  'type',
  'producer',
  'execution_id',
  'tool',
  'session',
  'status',
  'error_code',
  'duration_ms',
] as const;

/** What is stored otherwise than the message that brought it says; null for nothing. */
export function differenceOf(row: AuditRow, stored: StoredEvent): 'content_differs' | 'columns_differ' | null {
  if (stored.event !== JSON.stringify(row.event) && !sameJson(stored.event, row.event)) return 'content_differs';
  // Columns that were added later are not compared: what was stored before has none of them.
  const same = compared.every((name) => stored[name] === row[name]) && stored.time_ms === Date.parse(row.time);
  return same ? null : 'columns_differ';
}

/** Whatever the order of fields. */
function sameJson(text: string, value: unknown): boolean {
  try {
    return canonicalJson(JSON.parse(text)) === canonicalJson(value);
  } catch {
    return false;
  }
}

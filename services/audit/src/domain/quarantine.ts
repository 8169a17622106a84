const reasons = [
  'subject_malformed',
  // From the MAC check: see `verifyAuditMac`.
  'unknown_class',
  'mac_missing',
  'wrong_producer',
  'key_missing',
  'mac_wrong',
  // From what the message holds.
  'not_json',
  'not_a_batch',
  'tenant_mismatch',
  'event_malformed',
  // An event id that is stored already, with another content.
  'event_id_reused',
  // Checking it failed in a way nobody foresaw: a defect of ours.
  'check_failed',
  // The database refused the row for what it holds.
  'refused_by_store',
] as const;

/** Why a message, or one event of it, is kept apart instead of being believed. */
export type QuarantineReason = (typeof reasons)[number];

export function isReason(text: string): text is QuarantineReason {
  return (reasons as readonly string[]).includes(text);
}

export interface QuarantinedItem {
  /** Sequence of the message in stream `AUDIT`, where the original stays. */
  readonly sequence: number;
  /** Position of the event in its message, or -1 for the whole message. */
  readonly position: number;
  readonly subject: string;
  /** Who the message says wrote it; not proven. */
  readonly producer: string | null;
  readonly reason: QuarantineReason;
  /** For an operator: paths and codes, no values. */
  readonly detail: string;
  /** Bytes of the message, or of the event as JSON. The store keeps a digest and a bounded copy. */
  readonly payload: Uint8Array;
}

/** Position of a whole message. */
export const wholeMessage = -1;

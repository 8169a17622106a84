import { PatchbayError } from '@patchbay/contracts';

/** An intent that no outcome followed. */
export interface OpenIntent {
  readonly tenant: string;
  readonly executionId: string;
  readonly tool: string | null;
  readonly session: string | null;
  /** Id of the intent's audit event. */
  readonly eventId: string;
  /** When it was recorded, Unix milliseconds by the producer's clock. */
  readonly recordedAtMs: number;
}

export interface FindOpenIntentsPorts {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Open intents with `sinceMs <= time < beforeMs`, oldest first. @throws PatchbayError `audit_unavailable`. */
  readonly readOpenIntents: (range: {
    sinceMs: number;
    beforeMs: number;
    limit: number;
    /** Default: of every tenant. */
    tenant?: string;
    /** Default: oldest first. */
    newestFirst?: boolean;
  }) => Promise<readonly OpenIntent[]>;
}

export interface FindOpenIntentsRequest {
  /** Age from which an intent without an outcome is open: longer than any deadline. Milliseconds. */
  readonly olderThanMs: number;
  /** How far to look back, in milliseconds. Default: 7 days, as long as the ledger of executions is kept. */
  readonly withinMs?: number;
  /** At most this many, 1 to 10,000. Default 1,000. */
  readonly limit?: number;
}

const sevenDaysMs = 7 * 86_400_000;

/**
 * Finds executions that were begun and never finished in the record: those that a crash or a partition cut off, whose
 * outcome has to be declared unknown.
 * @throws PatchbayError `invalid_request`, `audit_unavailable`.
 */
export function createFindOpenIntents({
  now,
  readOpenIntents,
}: FindOpenIntentsPorts): (request: FindOpenIntentsRequest) => Promise<readonly OpenIntent[]> {
  return async ({ olderThanMs, withinMs = sevenDaysMs, limit = 1_000 }) => {
    requireWhole('older_than_ms', olderThanMs, 0, Number.MAX_SAFE_INTEGER);
    requireWhole('within_ms', withinMs, olderThanMs, Number.MAX_SAFE_INTEGER);
    requireWhole('limit', limit, 1, 10_000);
    const at = now();
    return readOpenIntents({ sinceMs: Math.max(0, at - withinMs), beforeMs: Math.max(0, at - olderThanMs), limit });
  };
}

function requireWhole(path: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const message = `expected a whole number from ${least} to ${most}`;
  throw new PatchbayError('invalid_request', {
    message: `${path}: ${message}.`,
    details: { issues: [{ path, message }] },
  });
}

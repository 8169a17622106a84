import type { ExecutionResult, PlanResult } from '@patchbay/contracts';

/** Milliseconds before the second try, the third, and so on. One try more than there are waits. */
export const retryDelaysMs: readonly number[] = [1_000, 5_000, 30_000, 120_000, 600_000];
export const maxTries = retryDelaysMs.length + 1;

/** Milliseconds before a message comes back that its tenant has no room for in this executor. */
export const shareRetryMs = 1_000;

/** As much of a call's answer as decides whether it is tried again. */
type Answer = Pick<ExecutionResult, 'error' | 'attempts'> & { readonly status: string };

/** What a try says of a next one. */
export interface TryReading {
  /** Milliseconds until the next try; null when what it came to is final. */
  readonly againMs: number | null;
  /** Milliseconds until there may be room; null unless want of room beside live calls is all that was wrong: that was no try. */
  readonly roomMs: number | null;
  /** Nothing was done. */
  readonly refused: boolean;
  /** The next try would only look up outcomes that are not known. */
  readonly unknown: boolean;
}

/** How to go on after a try, numbered from 1, in which the call was answered so. */
export function readTry(result: Answer, tries: number, hasProbe: boolean): TryReading {
  return {
    againMs: nextTryMs(result, tries, hasProbe),
    roomMs: hadNoRoom(result) ? Math.max(shareRetryMs, result.error?.retry_after_ms ?? 0) : null,
    refused: result.status === 'refused',
    unknown: result.status === 'outcome_unknown',
  };
}

/**
 * The same of a plan. It is tried again as a whole, and the ledger answers what it has answered before; so it is final when a
 * call went on from a failure that a next try might undo. `after`: for each call those that it waited for.
 */
export function readPlanTry(
  { status, results }: Pick<PlanResult, 'status' | 'results'>,
  after: readonly (readonly number[])[],
  tries: number,
  hasProbe: (index: number) => boolean,
): TryReading {
  const readings = results.map((result, index) => readTry(result, tries, hasProbe(index)));
  const open = new Set(readings.keys().filter((index) => readings[index]?.againMs !== null));
  const waiting = readings.filter(({ againMs }) => againMs !== null);
  const isOpen = status !== 'cancelled' && waiting.length > 0 && !wentOn(results, after, open);
  return {
    againMs: isOpen ? Math.max(...waiting.map(({ againMs }) => againMs as number)) : null,
    roomMs:
      isOpen && waiting.every(({ roomMs }) => roomMs !== null)
        ? Math.max(...waiting.map(({ roomMs }) => roomMs as number))
        : null,
    refused: readings.every(({ refused }) => refused),
    unknown: waiting.every(({ unknown }) => unknown),
  };
}

/** Whether a call did something that waited, if only through others, for one that is `open`. */
function wentOn(
  results: PlanResult['results'],
  after: readonly (readonly number[])[],
  open: ReadonlySet<number>,
): boolean {
  const known = new Map<number, boolean>();
  const waitedForOpen = (index: number): boolean => {
    const found = known.get(index) ?? (after[index] ?? []).some((before) => open.has(before) || waitedForOpen(before));
    known.set(index, found);
    return found;
  };
  return results.some(
    ({ execution_id, status }, index) => execution_id !== null && status !== 'refused' && waitedForOpen(index),
  );
}

/**
 * Milliseconds until the next try of a call whose last one came to this; null when it is final. Only what the catalogue
 * calls retryable is tried again: nothing was done, or a repeat under the same key is safe. An unknown outcome is asked
 * about again where the tool has a probe: the ledger lets no try act meanwhile.
 */
function nextTryMs({ status, error }: Answer, tries: number, hasProbe: boolean): number | null {
  const mayBeProbed = hasProbe && status === 'outcome_unknown';
  const mayRunAgain = mayBeProbed || ((status === 'refused' || status === 'failed') && error?.retryable === true);
  if (!mayRunAgain) return null;
  const planned = retryDelaysMs[Math.min(tries, retryDelaysMs.length) - 1] as number;
  return Math.max(planned, error?.retry_after_ms ?? 0);
}

function hadNoRoom({ error, attempts }: Answer): boolean {
  return error?.code === 'overloaded' && attempts === 0;
}

import type { Spool, Taken } from './spool.ts';
import type { SpooledMessage } from './spool-entry.ts';

export interface DrainPorts {
  readonly connected: () => boolean;
  readonly publish: (message: SpooledMessage, timeoutMs: number) => Promise<void>;
  /** Whether no later try can succeed. */
  readonly isFinal: (failure: unknown) => boolean;
  /** New messages wait from now on; those under way still come. */
  readonly hold: () => void;
  /** False when something was spooled since `hold`. */
  readonly stillHolding: () => boolean;
  /** Messages need not wait any more. `empty`: they may go to the stream. */
  readonly release: (empty: boolean) => void;
  readonly onRefused: (message: SpooledMessage, failure: unknown) => void;
  /** A file of the spool could not be read or removed; it is tried again. */
  readonly onUnreadable: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Milliseconds between two tries while the stream is away. */
const minGapMs = 100;
const maxGapMs = 1_000;
/** Milliseconds for the stream's acknowledgement: of any message, and while new ones wait for it. */
const patientMs = 2_000;
const hurriedMs = 250;
/** Messages published at once, after a first one alone that shows whether the stream is back. */
const window = 32;
/** Bytes in the spool at which the rest is drained while new messages wait: some milliseconds' worth. */
const lastRoundBytes = 256 * 1_024;

/**
 * Brings a spool to the stream, again and again until it is empty or the signal aborts. New messages may be spooled
 * meanwhile; when few are left they wait for the last of them, which makes an end of it under any load.
 * @returns messages that the stream took.
 */
export async function drainSpool(spool: Spool, ports: DrainPorts): Promise<number> {
  let gapMs = minGapMs;
  let drained = 0;
  /** Whether it took all of the round before: only then is it worth anybody's waiting. */
  let back = false;
  await pause(minGapMs, ports.signal);
  while (!ports.signal.aborted) {
    if (!ports.connected()) {
      back = false;
      await pause(minGapMs, ports.signal);
      continue;
    }
    const last = back && spool.bytes <= lastRoundBytes;
    if (last) ports.hold();
    const before = drained;
    const away = await drainOnce();
    if (last && ports.stillHolding()) {
      const done = !away && spool.empty;
      ports.release(done);
      if (done) return drained;
    }
    back = !away;
    if (back) {
      gapMs = minGapMs;
      continue;
    }
    if (drained > before) gapMs = minGapMs;
    await pause(gapMs, ports.signal);
    gapMs = Math.min(2 * gapMs, maxGapMs);
  }
  return drained;

  /** True when the stream did not take everything that was there, or it could not be read. */
  async function drainOnce(): Promise<boolean> {
    let away = false;
    try {
      await spool.drain(async (messages) => {
        const result = await publishInOrder(messages);
        drained += result.taken;
        away = result.taken < messages.length;
        return result;
      });
    } catch (error) {
      ports.onUnreadable(error);
      return true;
    }
    return away;
  }

  async function publishInOrder(messages: readonly SpooledMessage[]): Promise<Taken> {
    let taken = 0;
    let refused = false;
    for (let size = 1; taken < messages.length && !ports.signal.aborted; size = window) {
      const outcomes = await Promise.all(messages.slice(taken, taken + size).map(publishOne));
      const failed = outcomes.indexOf('away');
      const dealtWith = failed === -1 ? outcomes : outcomes.slice(0, failed);
      refused ||= dealtWith.includes('refused');
      taken += dealtWith.length;
      if (failed !== -1) break;
    }
    return { taken, refused };
  }

  async function publishOne(message: SpooledMessage): Promise<'taken' | 'refused' | 'away'> {
    try {
      await ports.publish(message, ports.stillHolding() ? hurriedMs : patientMs);
      return 'taken';
    } catch (failure) {
      if (!ports.isFinal(failure)) return 'away';
      ports.onRefused(message, failure);
      return 'refused';
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms).unref();
    signal.addEventListener('abort', done);
  });
}

import { PatchbayError } from '@patchbay/contracts';
import type { PreparedTool } from '../prepare/prepared-tool.ts';
import type { LatencyBook } from './latency-book.ts';

/** Why a tool cannot be expected to answer by the deadline, or null. A tool of several calls needs the time of each. */
export function foresee(
  latencies: LatencyBook,
  prepared: PreparedTool,
  deadlineAt: number,
  now: number,
): PatchbayError | null {
  const { first, restMs } = latencies.ahead(prepared);
  const leftMs = deadlineAt - now;
  // Whether this call is a probe is settled when it is about to be sent: it may yet be refused for something else.
  if (leftMs > 0 && first.mayFit(leftMs - restMs, now)) return null;
  first.countRefusal(now);
  const usualMs = Math.ceil(first.p50Ms + restMs);
  return new PatchbayError('deadline_exceeded', {
    message:
      leftMs > 0
        ? `The deadline leaves ${Math.floor(leftMs)} ms, and '${prepared.name}' usually takes ${usualMs} ms.`
        : 'The deadline had passed before anything was sent.',
    details: { usual_ms: usualMs },
  });
}

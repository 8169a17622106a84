import { StoredLatencies } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import type { ToolLatencies } from '../domain/telemetry/tool-latencies.ts';

/** Milliseconds between two writes, when there is something new. */
const defaultEveryMs = 10_000;

export interface LatencyPublisher {
  /** Writes what is not written yet, and writes no more. */
  close(): Promise<void>;
}

/**
 * Lets the registry know how long tools took: one key for each executor, written over again. A write that fails costs
 * nothing but freshness; the next one holds everything.
 */
export async function publishLatencies(
  bucket: Pick<Bucket, 'get' | 'put'>,
  instance: string,
  latencies: ToolLatencies,
  onError: (error: unknown) => void,
  everyMs: number = defaultEveryMs,
): Promise<LatencyPublisher> {
  const left = await bucket.get(instance).catch(() => null);
  const stored = left === null ? null : StoredLatencies.safeParse(jsonOf(left.value));
  if (stored?.success) latencies.resume(stored.data, Date.now());
  let written = latencies.generation;
  let writing: Promise<void> | null = null;

  async function write(): Promise<void> {
    const { generation } = latencies;
    if (generation === written) return;
    try {
      await bucket.put(instance, JSON.stringify(latencies.digests()));
      written = generation;
    } catch (error) {
      onError(error);
    }
  }

  const timer = setInterval(() => {
    writing ??= write().finally(() => {
      writing = null;
    });
  }, everyMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await writing;
      await write();
    },
  };
}

function jsonOf(value: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(value).toString('utf8'));
  } catch {
    return null;
  }
}

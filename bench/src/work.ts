/** The work that every candidate does: one JSON POST with a bearer credential, a reply of 1.1 KB handed back whole. */

export const requestArguments = { customer: 'C-1042', date: '2026-11-23', note: 'x'.repeat(64) };

export const upstreamHeaders = { authorization: 'Bearer bench-credential', 'content-type': 'application/json' };

export const replyBody = JSON.stringify({
  ok: true,
  items: Array.from({ length: 8 }, (_, i) => ({
    id: `slot_${i}`,
    start: `2026-11-23T${String(9 + i).padStart(2, '0')}:00:00Z`,
    minutes: 30,
    room: `Room ${i}`,
    open: i % 2 === 0,
  })),
  note: 'y'.repeat(330),
});

/** Throws unless the output is the upstream's reply. */
export function checkReply(output: unknown): void {
  if ((output as { items?: unknown[] } | null)?.items?.length !== 8)
    throw new Error(`a candidate answered wrongly: ${JSON.stringify(output)?.slice(0, 300)}`);
}

/** What a driver process is told and answers. */
export interface DriverTask {
  readonly concurrency: number;
  readonly seconds: number;
  /** Milliseconds that each caller pauses between calls. Default 0. */
  readonly pauseMs?: number;
  /** Whether failed calls are counted, where a driver's loop can; else the first ends the run. Default false. */
  readonly tolerant?: boolean;
}
export interface DriverResult {
  /** Calls that succeeded; the percentiles are theirs. */
  readonly calls: number;
  /** Calls that did not, of a driver that tolerates it. */
  readonly failed: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Percentiles of times in milliseconds; NaN where there is none. Sorts in place. */
export function percentilesOf(times: number[]): { p50: number; p95: number; p99: number } {
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

export const candidates = ['direct', 'bare', 'read', 'write'] as const;
export type Candidate = (typeof candidates)[number];

/** An integration whose host is `<id>.example.com`. */
export const documentOf = (id: string) => ({
  id,
  name: id,
  version: '1.0.0',
  category: 'other',
  description: 'The upstream of the benchmark.',
  base_url: `https://${id}.example.com/api`,
  auth: { type: 'bearer' },
  tools: Object.fromEntries(
    (['lookup', 'book'] as const).map((key) => [
      key,
      {
        title: key,
        description: 'Posts the work of the benchmark and hands the reply back.',
        risk: key === 'lookup' ? 'read' : 'write',
        request: { method: 'POST', path: `/${key}`, body: 'json' },
        parameters: {
          customer: { type: 'string', required: true },
          date: { type: 'string', required: true },
          note: { type: 'string' },
        },
      },
    ]),
  ),
});

const bench = documentOf('bench');

export const benchDocument = {
  ...bench,
  tools: {
    ...bench.tools,
    rows: {
      title: 'rows',
      description: 'Streams as many lines as it is asked for.',
      risk: 'read',
      request: { method: 'POST', path: '/rows', body: 'json' },
      parameters: { lines: { type: 'integer', required: true }, bytes: { type: 'integer', required: true } },
      response: {
        stream: 'ndjson',
        streaming: { result: 'count', max_items: 1_000_000, max_bytes: 1_073_741_824 },
      },
    },
  },
};

import type { ServerResponse } from 'node:http';
import type { StreamMeter } from '../record/stream-log.ts';
import type { Behaviour } from '../types.ts';
import type { Answer } from './answer.ts';
import { paused, write } from './paced-write.ts';
import { cut } from './send.ts';

/**
 * Streams the behaviour's chunks, or the items of the tool's own example, as often as it says and as fast as the peer takes
 * them; `meter` counts what the socket took.
 */
export async function streamAnswer(
  response: ServerResponse,
  behaviour: Extract<Behaviour, { kind: 'stream' }>,
  truth: Answer,
  signal: AbortSignal,
  meter: StreamMeter,
): Promise<void> {
  const { chunks, everyMs, end, repeat = 1 } = behaviour;
  const parts = chunks?.map((chunk) => Buffer.from(chunk)) ?? truth.parts ?? [truth.body];
  const ownType = chunks === undefined ? truth.headers['content-type'] : undefined;
  const rounds = repeat === 'endless' ? Number.POSITIVE_INFINITY : repeat;
  response.once('close', () => meter.end());
  response.writeHead(200, { 'content-type': behaviour.contentType ?? ownType ?? 'text/event-stream' });
  response.flushHeaders();
  let isFirst = true;
  for (let round = 0; round < rounds; round++) {
    for (const part of parts) {
      if (!isFirst && everyMs !== undefined && !(await paused(everyMs, signal))) return cut(response);
      isFirst = false;
      if (signal.aborted) return cut(response);
      if (response.destroyed) return;
      await write(response, part);
      meter.wrote(part.length);
    }
  }
  if (end === 'open') return signal.addEventListener('abort', () => cut(response), { once: true });
  if (end === 'cut') return cut(response);
  response.end();
}

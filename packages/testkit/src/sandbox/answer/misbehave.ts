import type { ServerResponse } from 'node:http';
import type { StreamMeter } from '../record/stream-log.ts';
import type { Behaviour } from '../types.ts';
import { type Answer, answerOf, jsonAnswer } from './answer.ts';
import { lieOf } from './lies.ts';
import { paused, write } from './paced-write.ts';
import { cut, headersOf, reset, send } from './send.ts';
import { streamAnswer } from './stream-answer.ts';

/** A slow or lying answer stops when the peer goes away, the sandbox resets, or it has sent this much. */
const hugeBytes = 1024 * 1024 * 1024;
const hugeChunk = Buffer.alloc(64 * 1024, 0x20);
const dripTickMs = 50;

/** Whether the side effect happens when a rule does not say. */
export function hasEffectByNature(behaviour: Behaviour): boolean {
  if (behaviour.kind === 'status') return behaviour.status >= 200 && behaviour.status < 300;
  return behaviour.kind !== 'rate_limit';
}

/** Answers `truth` in the way the behaviour says. `signal` ends what would take long or for ever. */
export async function misbehave(
  response: ServerResponse,
  behaviour: Exclude<Behaviour, { kind: 'delay' }>,
  truth: Answer,
  signal: AbortSignal,
  beginStream: () => StreamMeter,
): Promise<void> {
  switch (behaviour.kind) {
    case 'status':
      return send(response, statusAnswer(behaviour));
    case 'rate_limit':
      return send(
        response,
        jsonAnswer(
          429,
          { error: { code: 'rate_limited', message: 'Too many requests' } },
          behaviour.retryAfter === undefined ? {} : { 'retry-after': behaviour.retryAfter },
        ),
      );
    case 'drop':
      return behaviour.at === 'mid_body' ? sendHalf(response, truth) : reset(response);
    case 'hang':
      return signal.addEventListener('abort', () => reset(response), { once: true });
    case 'drip':
      return drip(response, truth, behaviour.bytesPerSecond, signal);
    case 'stream':
      return streamAnswer(response, behaviour, truth, signal, beginStream());
    case 'lie':
      if (behaviour.as === 'huge') return sendHuge(response, signal);
      if (behaviour.as === 'content_length') return sendShort(response, truth);
      return send(response, await lieOf(behaviour.as, truth));
  }
}

function statusAnswer({ status, body, headers = {} }: Extract<Behaviour, { kind: 'status' }>): Answer {
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  return answerOf({ status, body, headers: { ...(body !== undefined && { 'content-type': type }), ...headers } });
}

/** Half of the body; one byte of a body that is empty. */
async function sendHalf(response: ServerResponse, truth: Answer): Promise<void> {
  response.writeHead(truth.status, { ...truth.headers, 'content-length': Math.max(truth.body.length, 2) });
  await write(response, truth.body.length < 2 ? Buffer.from(' ') : truth.body.subarray(0, truth.body.length >> 1));
  cut(response);
}

/** Declares more than it sends, then ends the connection in order. */
async function sendShort(response: ServerResponse, truth: Answer): Promise<void> {
  response.writeHead(truth.status, { ...truth.headers, 'content-length': truth.body.length + 100 });
  await write(response, truth.body.length === 0 ? Buffer.from(' ') : truth.body);
  cut(response);
}

async function drip(
  response: ServerResponse,
  truth: Answer,
  bytesPerSecond: number,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(truth.status, headersOf(truth));
  response.flushHeaders();
  const step = Math.max(1, Math.round((bytesPerSecond * dripTickMs) / 1000));
  const tickMs = Math.max(dripTickMs, (step * 1000) / bytesPerSecond);
  for (let at = 0; at < truth.body.length; at += step) {
    if (!(await paused(tickMs, signal)) || response.destroyed) return cut(response);
    await write(response, truth.body.subarray(at, at + step));
  }
  response.end();
}

async function sendHuge(response: ServerResponse, signal: AbortSignal): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  await write(response, Buffer.from('{"a":"'));
  for (let sent = 0; sent < hugeBytes && !response.destroyed && !signal.aborted; sent += hugeChunk.length)
    await write(response, hugeChunk);
  cut(response);
}

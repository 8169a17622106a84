import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/** Milliseconds for which a client may leave what was written where it is. */
const stuckMs = 30_000;

/** Sends what the protocol answered: whole, or as a stream of events that lasts as long as it lasts. */
export async function sendResponse(reply: FastifyReply, response: Response, over: AbortSignal): Promise<void> {
  const headers = Object.fromEntries(response.headers);
  // Node.js sets it by what it does.
  delete headers['connection'];
  const streams = headers['content-type']?.startsWith('text/event-stream') === true;
  if (response.body === null || !streams) {
    const body = response.body === null ? '' : await response.text();
    if (over.aborted) return;
    reply.code(response.status).headers(headers).send(body);
    return;
  }
  // Ours to end: the server's limit on handlers is for answers, and a stream of changes is open for hours.
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(response.status, { ...(reply.getHeaders() as Record<string, string>), ...headers });
  raw.flushHeaders();
  await pump(response.body.getReader(), raw, over);
}

async function pump(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  raw: ServerResponse,
  over: AbortSignal,
): Promise<void> {
  const leave = () => void reader.cancel().catch(() => {});
  over.addEventListener('abort', leave, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || over.aborted) break;
      if (!raw.write(value)) await drained(raw);
    }
  } catch {
    // The exchange was torn down: so is the answer.
  } finally {
    over.removeEventListener('abort', leave);
    if (over.aborted) leave();
    raw.end();
  }
}

/** Waits until there is room again. Whoever takes nothing for long is cut off, so that nothing piles up for them. */
function drained(raw: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const stuck = setTimeout(() => raw.destroy(), stuckMs).unref();
    const go = () => {
      clearTimeout(stuck);
      raw.off('drain', go);
      raw.off('close', go);
      resolve();
    };
    raw.once('drain', go);
    raw.once('close', go);
  });
}

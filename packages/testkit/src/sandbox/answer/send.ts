import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';

const bodiless = new Set([204, 304]);

/** Writes a whole answer. */
export function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, headersOf(answer));
  response.end(answer.body);
}

export function headersOf(answer: Answer): Record<string, string | number> {
  return bodiless.has(answer.status) ? answer.headers : { ...answer.headers, 'content-length': answer.body.length };
}

/** Resets the connection: the peer sees ECONNRESET, not an orderly end. */
export function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

/** Ends the connection within an answer: what was written arrives, the rest never comes. A reset could overtake it. */
export function cut(response: ServerResponse): void {
  response.socket?.destroySoon();
}

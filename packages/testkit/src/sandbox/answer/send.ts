import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';

/** Below this, joining costs less than a second buffer. */
const oneWriteBytes = 8_192;
const bodiless = new Set([204, 304]);

/** Writes a whole answer. */
export function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, headersOf(answer));
  // As one string with the head, a small answer is one write to the socket. Latin-1 keeps every byte as it is.
  if (answer.body.length < oneWriteBytes) response.end(answer.body.toString('latin1'), 'latin1');
  else response.end(answer.body);
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

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { newId } from '@patchbay/contracts';
import { refusal } from './problem.ts';

/** Ends a connection whose request is none of HTTP, or came too slowly, with a problem: there is no request to answer. */
export function refuseBroken({ code }: { readonly code?: string }, socket: Duplex): void {
  const status = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }[code ?? ''] ?? 400;
  const title = STATUS_CODES[status] ?? '';
  const { headers, body } = refusal(status, title, newId('httpRequest'));
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

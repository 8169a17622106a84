import type { IncomingMessage } from 'node:http';

/** Largest body any tool of a catalogue sends. */
const maxBytes = 32 * 1024 * 1024;
const nothing = Buffer.alloc(0);

/** The whole body. `aborted` when the peer went away first. */
export function readBody(message: IncomingMessage): Promise<Buffer | 'aborted' | 'too_large'> | Buffer {
  const { headers } = message;
  if (
    headers['transfer-encoding'] === undefined &&
    (headers['content-length'] === undefined || headers['content-length'] === '0')
  )
    return nothing;
  return new Promise((resolve) => {
    let first: Buffer | null = null;
    let more: Buffer[] | null = null;
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) return resolve('too_large');
      if (first === null) first = chunk;
      else if (more === null) more = [first, chunk];
      else more.push(chunk);
    });
    message.on('end', () => resolve(more === null ? (first ?? nothing) : Buffer.concat(more)));
    message.on('error', () => resolve('aborted'));
    message.on('close', () => resolve('aborted'));
  });
}

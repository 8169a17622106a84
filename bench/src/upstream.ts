import { createServer } from 'node:http';
import { faultsOf } from './faults-of.ts';
import { type LinesAsked, writeLines } from './stream-work.ts';
import { replyBody } from './work.ts';

/**
 * The far side: takes the body, checks the credential's form, answers 1.1 KB at once, or after as many milliseconds as it
 * is told, at its start or by a message since. A host that begins with `failing` answers 500, one that begins with `hanging` never;
 * `/api/rows` streams the lines that the body asks for. Tells its port to its parent, and what it did when it is asked. Arguments:
 * `[<delay in ms> [<share of faults, 0 to 1> <seed>]]`.
 */
let [delayMs = 0, share = 0, seed = 1] = process.argv.slice(2).map(Number);
const faults = faultsOf(share, seed);
process.on('message', (message: { readonly delayMs: number } | { readonly counts: true }) => {
  if ('delayMs' in message) delayMs = message.delayMs;
  process.send?.({ result: 'delayMs' in message ? delayMs : faults.counts() });
});
const reply = Buffer.from(replyBody);
const server = createServer((request, response) => {
  let bytes = 0;
  const streams = request.url === '/api/rows';
  const body: Buffer[] = [];
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (streams) body.push(chunk);
  });
  request.on('end', () => {
    if (request.headers.host?.startsWith('hanging')) {
      // For the cancel suite; the clock is the machine's, the same in every process.
      process.send?.({ opened: true });
      response.on('close', () => process.send?.({ closedAt: String(process.hrtime.bigint()) }));
      return;
    }
    if (streams) return void writeLines(response, JSON.parse(Buffer.concat(body).toString()) as LinesAsked);
    if (delayMs > 0) setTimeout(answer, delayMs);
    else answer();
  });
  const answer = () => {
    const fault = faults.next(request.url === '/api/book');
    if (fault === 'reset') return void request.socket.resetAndDestroy();
    if (fault !== null) return response.writeHead(fault, { 'content-length': 0 }).end();
    if (request.headers.host?.startsWith('failing')) return response.writeHead(500, { 'content-length': 0 }).end();
    const good = bytes > 0 && request.headers.authorization?.startsWith('Bearer ') === true;
    response.writeHead(good ? 200 : 400, {
      'content-type': 'application/json',
      'content-length': good ? reply.length : 0,
    });
    response.end(good ? reply : undefined);
  };
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
// Whoever started it may have failed to start the rest.
process.on('disconnect', () => process.exit());

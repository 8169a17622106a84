import { createServer } from 'node:http';

/** An upstream that answers every POST with 1.1 KB of JSON at once; prints its port. */
const answer = Buffer.from(JSON.stringify({ ok: true, ts: '1700000000.0001', text: 'x'.repeat(1_060) }));

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.byteLength }).end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});

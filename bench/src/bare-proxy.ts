import Fastify from 'fastify';
import { Pool } from 'undici';
import { upstreamHeaders } from './work.ts';

/**
 * The floor of a REST door: fastify that parses a JSON body, puts a credential in, calls the upstream with undici and hands its
 * JSON back. No keys, limits, checks, retry or audit. Argument: `<upstream>`; tells its port.
 */
const [upstream = ''] = process.argv.slice(2);
const pool = new Pool(upstream, { connections: 128, pipelining: 1 });
const server = Fastify({ logger: false });
server.post<{ Body: { arguments: unknown } }>('/v1/tools/:name/execute', async ({ body }) => {
  const answer = await pool.request({
    method: 'POST',
    path: '/api/lookup',
    headers: upstreamHeaders,
    body: JSON.stringify(body.arguments),
  });
  return { status: answer.statusCode, output: await answer.body.json() };
});
await server.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ port: (server.server.address() as { port: number }).port });

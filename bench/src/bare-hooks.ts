import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import Fastify from 'fastify';

/**
 * The floor of an ingress: fastify that publishes each body to a stream and answers once the stream has it. It checks no
 * signature, tells no copy from an original, and writes nothing else. Arguments: `<nats> <port>`; several share the port.
 */
const [url = '', port = ''] = process.argv.slice(2);
const nats = await connect({ servers: url, noAsyncTraces: true });
await (await jetstreamManager(nats)).streams.add({ name: 'BARE', subjects: ['bare.hooks.*'] });
const stream = jetstream(nats);

const server = Fastify({ logger: false });
server.removeAllContentTypeParsers();
server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
server.post<{ Params: { source: string }; Body: Buffer }>('/hooks/:source', async ({ params, body }, reply) => {
  await stream.publish(`bare.hooks.${params.source}`, body);
  return reply.code(200).send();
});
await server.listen({ host: '127.0.0.1', port: Number(port), reusePort: true });
process.send?.({});

/** The upstream's one operation in OpenAPI, as Patchbay's document has it. */
export function upstreamDescription(upstreamUrl: string): object {
  const text = { type: 'string' };
  const schema = {
    type: 'object',
    properties: { customer: text, date: text, note: text },
    required: ['customer', 'date'],
  };
  return {
    openapi: '3.0.3',
    info: { title: 'bench', version: '1.0.0' },
    servers: [{ url: `${upstreamUrl}/api` }],
    paths: {
      '/lookup': {
        post: {
          operationId: 'lookup',
          summary: 'Posts the work of the benchmark and hands the reply back.',
          requestBody: { required: true, content: { 'application/json': { schema } } },
          responses: {
            200: { description: 'The reply.', content: { 'application/json': { schema: { type: 'object' } } } },
          },
        },
      },
    },
  };
}

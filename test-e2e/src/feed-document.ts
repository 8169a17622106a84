/** A document of reads that stream, one for each kind, without a limit of its own that a test would meet. */
export function feedDocument() {
  const tool = (key: string, response: object, body: readonly unknown[]) => ({
    title: key,
    description: `Streams ${key}, for tests.`,
    risk: 'read',
    request: { method: 'POST', path: `/${key}`, body: 'json' },
    parameters: { number: { type: 'integer', required: true } },
    response,
    examples: [{ arguments: { number: 1 }, response: { status: 200, body } }],
  });
  const streaming = { max_bytes: 1_073_741_824 };
  return {
    id: 'feed',
    name: 'feed',
    version: '1.0.0',
    category: 'other',
    description: 'Tools whose answers stream, for tests.',
    base_url: 'https://feed.example.com/v1',
    auth: { type: 'bearer' },
    rate_limits: { requests_per_minute: 60_000, burst_size: 1_000 },
    tools: {
      words: tool(
        'words',
        {
          stream: 'sse',
          pick: { text: 'data.delta.text' },
          streaming: { ...streaming, end: '[DONE]', result: 'text', text: 'text' },
        },
        [{ event: 'delta', data: { delta: { text: 'Hello' } } }, { data: '[DONE]' }],
      ),
      rows: tool('rows', { stream: 'ndjson', streaming: { ...streaming, result: 'count' } }, [
        { n: 1 },
        { n: 2 },
        { n: 3 },
      ]),
      text: tool('text', { stream: 'chunked', streaming: { ...streaming, data: 'text' } }, ['Hello, ', 'Grüße.']),
    },
  } as const;
}

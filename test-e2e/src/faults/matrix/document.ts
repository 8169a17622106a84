/** What each kind of call of the workload calls: a tool of its own, so that its effects are told apart. */
export const tools = ['look', 'keyed', 'unkeyed', 'http', 'submitted', 'planned'] as const;
export type ToolKey = (typeof tools)[number];

export const integration = 'matrix';

export function nameOf(tool: ToolKey): string {
  return `${integration}_${tool}`;
}

/** An upstream without idempotency keys of its own: whatever is sent twice acts twice. */
export const matrixDocument = {
  id: integration,
  name: 'Matrix',
  version: '1.0.0',
  category: 'other',
  description: 'What the fault matrix calls, for tests.',
  base_url: 'https://matrix.example.com/v1',
  auth: { type: 'bearer' },
  // The limiter is not what is tested, and must not hide what is.
  rate_limits: { requests_per_minute: 60_000, burst_size: 5_000 },
  tools: Object.fromEntries(
    tools.map((key) => [
      key,
      {
        title: key,
        description: `The ${key} tool of the fault matrix, for tests.`,
        risk: key === 'look' ? 'read' : 'write',
        request: { method: 'POST', path: `/${key}`, body: 'json' },
        parameters: { number: { type: 'integer', required: true } },
        examples: [{ arguments: { number: 1 }, response: { status: 200, body: { ok: true, tool: key } } }],
      },
    ]),
  ),
} as const;

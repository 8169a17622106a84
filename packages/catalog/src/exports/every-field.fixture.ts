import { IntegrationDocument, type Tool } from '@patchbay/contracts';

/** A document with one tool, `act`, that does no more than it must. */
export function documentWith(tool: Partial<Tool>, parameters: Tool['parameters'] = {}): IntegrationDocument {
  return IntegrationDocument.parse({
    id: 'desk',
    name: 'Desk',
    version: '1.2.0',
    category: 'helpdesk',
    description: 'A desk.',
    base_url: 'https://desk.example',
    auth: { type: 'none' },
    icons: [{ src: 'https://desk.example/icon.svg', mime_type: 'image/svg+xml', sizes: ['any'] }],
    tools: {
      act: {
        title: 'Act',
        description: 'Acts.',
        risk: 'destructive',
        request: { method: 'POST', path: '/act' },
        parameters,
        ...tool,
      },
    },
  });
}

/** Everything that a document can say of a tool to a model or to the host of an agent. */
export const everyField: Partial<Tool> = {
  idempotency: { kind: 'header', name: 'Key' },
  examples: [{ arguments: { a: 'x' } }],
  output: { type: 'object', properties: { id: { type: 'string' } } },
  open_world: false,
  confirm: 'always',
  confirm_prompt: 'Shall I?',
  loading: 'deferred',
  callers: ['direct'],
  eager_input: true,
  background: true,
  duplicate: 'reject',
  latency: { p50_ms: 200, p95_ms: 900 },
  timeout_ms: 4_000,
  cache: { ttl_ms: 5_000, single_flight: true },
  speech: { waiting: 'Acting.', done: 'Done.' },
  keywords: ['act'],
  meta: { team: 'a' },
};

export const parameters: Tool['parameters'] = {
  a: { type: 'string', required: true },
  b: { type: 'integer', minimum: 1, description: 'How many.' },
  hidden: { 'x-const': 'never shown' },
};

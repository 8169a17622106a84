import type { ToolFormat } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { documentWith, everyField, parameters } from './every-field.fixture.ts';
import { exportTool } from './export-tool.ts';

const input = {
  type: 'object',
  properties: { a: { type: 'string' }, b: { type: 'integer', minimum: 1, description: 'How many.' } },
  required: ['a'],
  additionalProperties: false,
};
const limitTold = 'How many. (minimum: 1)';
const looseInput = {
  ...input,
  properties: { a: { type: 'string' }, b: { type: 'integer', description: limitTold } },
};
const nullableInput = {
  ...input,
  properties: { a: { type: 'string' }, b: { type: ['integer', 'null'], description: limitTold } },
  required: ['a', 'b'],
};
const output = { type: 'object', properties: { id: { type: 'string' } } };
const outputTold = expect.stringContaining(`Returns JSON of this schema: ${JSON.stringify(output)}`);
const exampleTold = expect.stringContaining('Example arguments: {"a":"x"}');
const does = expect.stringMatching(/^Acts\./);
const icon = { src: 'https://desk.example/icon.svg', sizes: ['any'] };

/** Field of a document → format → where it is in the definition → what stands there. A `null` place: it has none there. */
const table: Record<string, Partial<Record<ToolFormat, [path: string | null, value?: unknown][]>>> = {
  name: {
    anthropic: [['name', 'desk_act']],
    'openai-responses': [['name', 'desk_act']],
    'openai-chat': [['function.name', 'desk_act']],
    'openai-realtime': [['name', 'desk_act']],
    mcp: [['name', 'desk_act']],
    'ai-sdk': [['name', 'desk_act']],
    langchain: [['name', 'desk_act']],
  },
  title: {
    mcp: [
      ['title', 'Act'],
      ['annotations.title', 'Act'],
    ],
    'ai-sdk': [['title', 'Act']],
  },
  icons: {
    mcp: [['icons.0', { ...icon, mimeType: 'image/svg+xml' }]],
    'ai-sdk': [['metadata.icons.0', { ...icon, mime_type: 'image/svg+xml' }]],
    langchain: [['metadata.icons.0.src', icon.src]],
  },
  description: {
    anthropic: [['description', does]],
    'openai-responses': [['description', does]],
    'openai-chat': [['function.description', does]],
    'openai-realtime': [['description', does]],
    mcp: [['description', 'Acts.']],
    'ai-sdk': [['description', does]],
    langchain: [['description', does]],
  },
  input: {
    anthropic: [['input_schema', looseInput]],
    'openai-responses': [['parameters', nullableInput]],
    'openai-chat': [['function.parameters', nullableInput]],
    'openai-realtime': [['parameters', input]],
    mcp: [['inputSchema', input]],
    'ai-sdk': [['inputSchema', nullableInput]],
    langchain: [['schema', input]],
  },
  output: {
    anthropic: [['description', outputTold]],
    'openai-responses': [['output_schema', output]],
    'openai-chat': [['function.description', outputTold]],
    'openai-realtime': [['description', outputTold]],
    mcp: [['outputSchema', output]],
    'ai-sdk': [
      ['outputSchema', output],
      ['description', outputTold],
    ],
    langchain: [['description', outputTold]],
  },
  examples: {
    anthropic: [['input_examples', [{ a: 'x' }]]],
    'openai-responses': [['description', exampleTold]],
    'openai-chat': [['function.description', exampleTold]],
    'openai-realtime': [['description', exampleTold]],
    mcp: [['_meta.patchbay/examples', [{ a: 'x' }]]],
    'ai-sdk': [['inputExamples', [{ input: { a: 'x', b: null } }]]],
    langchain: [['extras.input_examples', [{ a: 'x' }]]],
  },
  strict: {
    anthropic: [['strict', true]],
    'openai-responses': [['strict', true]],
    'openai-chat': [['function.strict', true]],
    'openai-realtime': [[null]],
    'ai-sdk': [['strict', true]],
  },
  loading: {
    anthropic: [['defer_loading', true]],
    'openai-responses': [['defer_loading', true]],
    mcp: [['_meta.patchbay/loading', 'deferred']],
    'ai-sdk': [
      ['deferLoading', true],
      ['providerOptions.anthropic.deferLoading', true],
    ],
    langchain: [['extras.defer_loading', true]],
  },
  keywords: {
    mcp: [['_meta.patchbay/keywords', ['act']]],
    'ai-sdk': [['metadata.keywords', ['act']]],
    langchain: [['metadata.keywords', ['act']]],
  },
  callers: {
    'openai-responses': [['allowed_callers', ['direct']]],
    mcp: [['_meta.patchbay/callers', ['direct']]],
    'ai-sdk': [['metadata.callers', ['direct']]],
  },
  eager_input: {
    anthropic: [['eager_input_streaming', true]],
    mcp: [['_meta.patchbay/eager_input', true]],
    'ai-sdk': [['providerOptions.anthropic.eagerInputStreaming', true]],
    langchain: [['extras.eager_input_streaming', true]],
  },
  risk: {
    mcp: [
      ['annotations.readOnlyHint', false],
      ['annotations.destructiveHint', true],
      ['_meta.patchbay/risk', 'destructive'],
    ],
    'ai-sdk': [['metadata.risk', 'destructive']],
    langchain: [['metadata.risk', 'destructive']],
  },
  idempotency: {
    mcp: [['annotations.idempotentHint', true]],
    'ai-sdk': [['metadata.idempotent', true]],
    langchain: [['metadata.idempotent', true]],
  },
  open_world: {
    mcp: [['annotations.openWorldHint', false]],
    'ai-sdk': [['metadata.open_world', false]],
    langchain: [['metadata.open_world', false]],
  },
  confirm: {
    mcp: [
      ['_meta.patchbay/confirm', 'always'],
      ['_meta.patchbay/confirm_prompt', 'Shall I?'],
    ],
    'ai-sdk': [
      ['needsApproval', true],
      ['metadata.confirm_prompt', 'Shall I?'],
    ],
    langchain: [['metadata.confirm', 'always']],
  },
  latency: {
    mcp: [
      ['_meta.patchbay/latency', { p50_ms: 200, p95_ms: 900 }],
      ['_meta.patchbay/timeout_ms', 4_000],
    ],
    'ai-sdk': [
      ['metadata.latency', { p50_ms: 200, p95_ms: 900 }],
      ['metadata.timeout_ms', 4_000],
    ],
    langchain: [['metadata.latency.p95_ms', 900]],
  },
  speech: {
    mcp: [['_meta.patchbay/speech.waiting', 'Acting.']],
    'ai-sdk': [['metadata.speech.waiting', 'Acting.']],
    langchain: [['metadata.speech.done', 'Done.']],
  },
  background: {
    'openai-responses': [['async', true]],
    mcp: [['execution', { taskSupport: 'optional' }]],
    'ai-sdk': [['metadata.background', true]],
    langchain: [['metadata.background', true]],
  },
  duplicate: {
    mcp: [['_meta.patchbay/duplicate', 'reject']],
    'ai-sdk': [['metadata.duplicate', 'reject']],
    langchain: [['metadata.duplicate', 'reject']],
  },
  cache: {
    mcp: [['_meta.patchbay/cache_ttl_ms', 5_000]],
    'ai-sdk': [['metadata.cache_ttl_ms', 5_000]],
    langchain: [['metadata.cache_ttl_ms', 5_000]],
  },
  meta: {
    mcp: [['_meta.patchbay/meta', { team: 'a' }]],
    'ai-sdk': [['metadata.meta', { team: 'a' }]],
    langchain: [['metadata.meta', { team: 'a' }]],
  },
};

const rows = Object.entries(table).flatMap(([field, formats]) =>
  Object.entries(formats).flatMap(([format, places]) =>
    places.map(([path, value]) => ({ field, format: format as ToolFormat, path, value })),
  ),
);

describe('a field of a document', () => {
  const document = documentWith(everyField, parameters);

  it.each(rows)('$field is in $format at $path', ({ format, field, path, value }) => {
    const exported: unknown = exportTool(document, 'act', format);
    if (path === null) expect(JSON.stringify(exported)).not.toContain(`"${field}"`);
    else expect(at(exported, path)).toEqual(value);
  });

  it('has a row for each that a tool can have beside its request', () => {
    const request = ['request', 'parameters', 'name', 'title', 'description', 'risk'];
    const given = [...Object.keys(everyField), 'icons', 'title', 'input', 'name', 'description', 'risk'];
    const told = new Set([...Object.keys(table), 'confirm_prompt', 'timeout_ms']);
    expect(given.filter((field) => !told.has(field) && !request.includes(field))).toEqual([]);
  });

  it.each([
    'patchbay',
    'anthropic',
    'openai',
    'openai-responses',
    'openai-chat',
    'openai-realtime',
    'mcp',
    'ai-sdk',
    'langchain',
  ] as const)('of the request is not in %s', (format) => {
    const text = JSON.stringify(exportTool(document, 'act', format));
    expect(text).not.toMatch(/never shown|x-const|"POST"|\/act|base_url/);
  });
});

/** The value at a path of names and places. Names hold slashes but no dots. */
function at(value: unknown, path: string): unknown {
  return path.split('.').reduce((inner, name) => (inner as Record<string, unknown>)[name], value);
}

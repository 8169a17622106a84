import { IntegrationDocument, type Tool } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { exportTool } from './export-tool.ts';

function documentWith(tool: Partial<Tool>, parameters: Tool['parameters'] = {}): IntegrationDocument {
  return IntegrationDocument.parse({
    id: 'desk',
    name: 'Desk',
    version: '1.2.0',
    category: 'helpdesk',
    description: 'A desk.',
    base_url: 'https://desk.example',
    auth: { type: 'none' },
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

const rich: Partial<Tool> = {
  idempotency: { kind: 'header', name: 'Key' },
  examples: [{ arguments: { a: 'x' } }],
  output: { type: 'object', properties: { id: { type: 'string' } } },
  open_world: false,
  confirm: 'always',
  confirm_prompt: 'Shall I?',
  loading: 'deferred',
  callers: ['direct', 'programmatic'],
  latency: { p50_ms: 200, p95_ms: 900 },
  timeout_ms: 4_000,
  speech: { waiting: 'Acting.', done: 'Done.' },
  keywords: ['act'],
  meta: { team: 'a' },
};
const parameters: Tool['parameters'] = {
  a: { type: 'string', required: true },
  b: { type: 'integer', minimum: 1, description: 'How many.' },
};

describe('exportTool', () => {
  it('loses nothing in our own format', () => {
    expect(exportTool(documentWith(rich, parameters), 'act', 'patchbay')).toEqual({
      name: 'desk_act',
      title: 'Act',
      integration: 'desk',
      version: '1.2.0',
      category: 'helpdesk',
      description: 'Acts.',
      input_schema: {
        type: 'object',
        properties: { a: { type: 'string' }, b: { type: 'integer', minimum: 1, description: 'How many.' } },
        required: ['a'],
        additionalProperties: false,
      },
      output_schema: { type: 'object', properties: { id: { type: 'string' } } },
      risk: 'destructive',
      idempotent: true,
      open_world: false,
      confirm: 'always',
      confirm_prompt: 'Shall I?',
      loading: 'deferred',
      callers: ['direct', 'programmatic'],
      latency: { p50_ms: 200, p95_ms: 900 },
      timeout_ms: 4_000,
      speech: { waiting: 'Acting.', done: 'Done.' },
      keywords: ['act'],
      examples: [{ a: 'x' }],
      meta: { team: 'a' },
    });
  });

  it('writes a tool of the Messages API, with limits and the answer told in words', () => {
    expect(exportTool(documentWith(rich, parameters), 'act', 'anthropic')).toEqual({
      name: 'desk_act',
      description: 'Acts.\nReturns JSON of this schema: {"type":"object","properties":{"id":{"type":"string"}}}',
      input_schema: {
        type: 'object',
        properties: { a: { type: 'string' }, b: { description: 'How many. (minimum: 1)', type: 'integer' } },
        required: ['a'],
        additionalProperties: false,
      },
      strict: true,
      input_examples: [{ a: 'x' }],
      defer_loading: true,
      allowed_callers: ['direct', 'code_execution_20250825'],
    });
  });

  it('writes a function of the Responses API, every argument required and optional ones nullable', () => {
    expect(exportTool(documentWith(rich, parameters), 'act', 'openai')).toEqual({
      type: 'function',
      name: 'desk_act',
      description: 'Acts.\nExample arguments: {"a":"x"}',
      parameters: {
        type: 'object',
        properties: { a: { type: 'string' }, b: { description: 'How many. (minimum: 1)', type: ['integer', 'null'] } },
        required: ['a', 'b'],
        additionalProperties: false,
      },
      strict: true,
      defer_loading: true,
      allowed_callers: ['direct', 'programmatic'],
      output_schema: { type: 'object', properties: { id: { type: 'string' } } },
    });
  });

  it('writes an MCP tool whose hints say the worst only where it is so', () => {
    const exported = exportTool(documentWith(rich, parameters), 'act', 'mcp');
    expect(exported).toMatchObject({
      name: 'desk_act',
      title: 'Act',
      outputSchema: { type: 'object' },
      annotations: {
        title: 'Act',
        readOnlyHint: false,
        destructiveHint: true,
        idempotentHint: true,
        openWorldHint: false,
      },
      _meta: {
        'patchbay/integration': 'desk',
        'patchbay/version': '1.2.0',
        'patchbay/confirm': 'always',
        'patchbay/examples': [{ a: 'x' }],
        'patchbay/meta': { team: 'a' },
      },
    });
    expect(exportTool(documentWith({}), 'act', 'mcp')['annotations']).toMatchObject({
      openWorldHint: true,
      idempotentHint: false,
    });
  });

  it('says only what the API needs for a plain tool', () => {
    expect(exportTool(documentWith({}), 'act', 'anthropic')).toEqual({
      name: 'desk_act',
      description: 'Acts.',
      strict: true,
      input_schema: { type: 'object', properties: {}, required: [], additionalProperties: false },
    });
    expect(Object.keys(exportTool(documentWith({}), 'act', 'openai'))).toEqual([
      'type',
      'name',
      'description',
      'parameters',
      'strict',
    ]);
  });

  it('does not claim strictness that the schema cannot have, or that the document declines', () => {
    const free = documentWith({}, { a: { type: 'object' } });
    expect(exportTool(free, 'act', 'anthropic')).not.toHaveProperty('strict');
    expect(exportTool(free, 'act', 'openai')).toMatchObject({
      strict: false,
      parameters: { properties: { a: { type: 'object' } } },
    });
    const declined = documentWith({ strict: false }, { a: { type: 'string', maxLength: 3 } });
    expect(exportTool(declined, 'act', 'anthropic')).toMatchObject({
      input_schema: { properties: { a: { maxLength: 3 } } },
    });
    expect(exportTool(declined, 'act', 'openai')).toMatchObject({ strict: false, parameters: { required: [] } });
  });

  it.each(['nobody', 'constructor', '__proto__'])('knows no tool %s', (key) => {
    expect(() => exportTool(documentWith({}), key, 'mcp')).toThrow(expect.objectContaining({ code: 'tool_not_found' }));
  });
});

import { describe, expect, it } from 'vitest';
import { documentWith, everyField, parameters } from './every-field.fixture.ts';
import { exportTool } from './export-tool.ts';

describe('exportTool', () => {
  it('loses nothing in our own format', () => {
    expect(exportTool(documentWith(everyField, parameters), 'act', 'patchbay')).toEqual({
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
      callers: ['direct'],
      eager_input: true,
      latency: { p50_ms: 200, p95_ms: 900 },
      timeout_ms: 4_000,
      background: true,
      duplicate: 'reject',
      cache_ttl_ms: 5_000,
      speech: { waiting: 'Acting.', done: 'Done.' },
      keywords: ['act'],
      examples: [{ a: 'x' }],
      icons: [{ src: 'https://desk.example/icon.svg', mime_type: 'image/svg+xml', sizes: ['any'] }],
      meta: { team: 'a' },
    });
  });

  it('writes a tool of the Messages API, with limits and the answer told in words', () => {
    expect(exportTool(documentWith(everyField, parameters), 'act', 'anthropic')).toEqual({
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
      eager_input_streaming: true,
    });
  });

  it('writes a function of the Responses API, every argument required and optional ones nullable', () => {
    expect(exportTool(documentWith(everyField, parameters), 'act', 'openai')).toEqual({
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
      async: true,
      allowed_callers: ['direct'],
      output_schema: { type: 'object', properties: { id: { type: 'string' } } },
    });
  });

  it.each([
    ['read', 'natural', { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true }],
    ['write', 'none', { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true }],
    ['write', 'header', { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true }],
    ['destructive', 'none', { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true }],
  ] as const)('says all four hints of MCP for a %s tool of idempotency %s', (risk, kind, hints) => {
    const { annotations } = exportTool(documentWith({ risk, idempotency: { kind } }), 'act', 'mcp');
    expect(annotations).toEqual({ title: 'Act', ...hints });
  });

  it('leaves a tool that code may call unstrict for Anthropic, which takes no other', () => {
    const programmatic = documentWith({ callers: ['direct', 'programmatic'] }, parameters);
    const exported = exportTool(programmatic, 'act', 'anthropic');
    expect(exported).not.toHaveProperty('strict');
    expect(exported).toMatchObject({
      allowed_callers: ['direct', 'code_execution_20250825'],
      input_schema: { properties: { b: { minimum: 1 } } },
    });
    expect(exportTool(programmatic, 'act', 'ai-sdk')).not.toHaveProperty('strict');
    expect(exportTool(programmatic, 'act', 'openai')).toMatchObject({
      strict: true,
      allowed_callers: ['direct', 'programmatic'],
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

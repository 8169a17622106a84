import type { Tool } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { arrangeTools } from './arrange-tools.ts';
import { documentWith } from './every-field.fixture.ts';
import { exportTool } from './export-tool.ts';

const sourced = (
  format: 'anthropic' | 'openai-responses' | 'ai-sdk' | 'mcp',
  tool: Partial<Tool> = {},
  parameters: Tool['parameters'] = {},
) => {
  const document = documentWith(tool, parameters);
  return { document, definition: exportTool(document, 'act', format) };
};
const strictness = (tools: Record<string, unknown>[]) => tools.map(({ strict }) => strict === true);

describe('the tools of one request', () => {
  it('stay as they are and where they are when nothing is to be arranged', () => {
    const tools = [sourced('anthropic'), sourced('anthropic', { loading: 'deferred' })];
    expect(arrangeTools(tools, 'anthropic')).toEqual(tools.map(({ definition }) => definition));
    expect(arrangeTools([sourced('mcp')], 'mcp', { namespaces: true })).toEqual([sourced('mcp').definition]);
  });

  it('are marked for the prompt cache at the last that is not deferred', () => {
    const tools = [sourced('anthropic'), sourced('anthropic'), sourced('anthropic', { loading: 'deferred' })];
    const arranged = arrangeTools(tools, 'anthropic', { cacheControl: '1h' });
    expect(arranged.map((tool) => tool['cache_control'])).toEqual([
      undefined,
      { type: 'ephemeral', ttl: '1h' },
      undefined,
    ]);
    const deferred = [sourced('anthropic', { loading: 'deferred' })];
    expect(arrangeTools(deferred, 'anthropic', { cacheControl: '5m' })[0]).not.toHaveProperty('cache_control');
  });

  it('are grouped by integration in namespaces, with their whole names', () => {
    const tools = [sourced('openai-responses'), sourced('openai-responses')];
    expect(arrangeTools(tools, 'openai-responses', { namespaces: true })).toEqual([
      {
        type: 'namespace',
        name: 'desk',
        description: 'A desk.',
        tools: tools.map(({ definition }) => definition),
      },
    ]);
  });

  it('are strict up to what the Messages API compiles: 20 tools', () => {
    const tools = Array.from({ length: 22 }, () => sourced('anthropic'));
    expect(strictness(arrangeTools(tools, 'anthropic'))).toEqual([...Array(20).fill(true), false, false]);
  });

  it('are strict up to 24 optional arguments, at any depth', () => {
    const optional: Tool['parameters'] = {
      list: {
        type: 'array',
        required: true,
        items: {
          type: 'object',
          properties: { x: { type: 'string' }, y: { type: 'string' } },
          required: [],
          additionalProperties: false,
        },
      },
      z: { type: 'string' },
    };
    const tools = Array.from({ length: 9 }, () => sourced('anthropic', {}, optional));
    expect(strictness(arrangeTools([...tools, sourced('anthropic')], 'anthropic'))).toEqual([
      ...Array(8).fill(true),
      false,
      true,
    ]);
  });

  it('are strict up to 16 nullable arguments where a provider may be Anthropic', () => {
    const tools = Array.from({ length: 9 }, () =>
      sourced(
        'ai-sdk',
        {},
        { a: { type: 'string' }, b: { anyOf: [{ type: 'string' }, { type: 'integer' }], required: true } },
      ),
    );
    expect(strictness(arrangeTools(tools, 'ai-sdk'))).toEqual([...Array(8).fill(true), false]);
  });
});

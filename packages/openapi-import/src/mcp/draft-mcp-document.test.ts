import { normaliseDocument } from '@patchbay/catalog';
import { describe, expect, it } from 'vitest';
import type { McpServerSeen, McpToolSeen } from './describe-mcp-tools.ts';
import { draftMcpDocument, type McpDraftOptions } from './draft-mcp-document.ts';
import { mcpDrift } from './mcp-drift.ts';

const seen = (name: string, over: Partial<McpToolSeen> = {}): McpToolSeen => ({
  name,
  description: `Does what ${name} does for a desk.`,
  inputSchema: { type: 'object', properties: {} },
  digest: 'a'.repeat(64),
  ...over,
});
const draft = (
  tools: readonly McpToolSeen[],
  over: Partial<McpDraftOptions> = {},
  server: Partial<McpServerSeen> = {},
) =>
  draftMcpDocument(
    { name: 'desk', title: 'Acme Desk', version: '2', tools, ...server },
    {
      mcp: { url: 'https://mcp.example.com/mcp' },
      auth: { kind: 'bearer' },
      source: 'a test',
      today: '2026-01-31',
      ...over,
    },
  );

describe('a draft of an MCP server', () => {
  it.each([
    [{ readOnlyHint: true }, { risk: 'read', idempotency: { kind: 'natural' } }],
    [{ readOnlyHint: false }, { risk: 'destructive', confirm: 'always' }],
    [
      { destructiveHint: true, idempotentHint: true },
      { risk: 'destructive', idempotency: { kind: 'natural' } },
    ],
    [
      { destructiveHint: false, openWorldHint: false },
      { risk: 'write', idempotency: { kind: 'none' }, open_world: false },
    ],
    [{ title: 'No hint' }, { risk: 'write', idempotency: { kind: 'none' } }],
  ])('takes %j for what a tool does', (annotations, tool) => {
    expect(draft([seen('act', { annotations })]).document.tools['act']).toMatchObject(tool);
  });

  it('takes arguments apart, follows definitions of their own, and says what was left out', () => {
    const inputSchema = {
      type: 'object',
      properties: {
        ticket: { $ref: '#/$defs/Ticket' },
        ...Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`option_${n}`, { type: 'string' }])),
      },
      required: ['ticket'],
      $defs: {
        Ticket: {
          type: 'object',
          properties: { subject: { type: 'string', description: 'What it is about.' } },
          required: ['subject'],
        },
      },
    };
    // Another tool's definition of the same name is another one.
    const other = { ...inputSchema, $defs: { Ticket: { type: 'string', description: 'Number of the ticket.' } } };
    const { document, report } = draft([seen('open', { inputSchema }), seen('close', { inputSchema: other })]);
    expect(document.tools['open']?.parameters).toMatchObject({
      subject: { type: 'string', required: true, 'x-name': 'ticket.subject' },
    });
    expect(document.tools['close']?.parameters).toMatchObject({ ticket: { type: 'string', required: true } });
    expect(report.operations[0]?.left_out.length).toBeGreaterThan(0);
  });

  it('is a document that the linter has no error for, of the tools that were asked for', () => {
    const tools = Array.from({ length: 50 }, (_, n) => seen(`do-thing-${n}`));
    const all = draft(tools, { tools: tools.map(({ name }) => name) });
    expect(Object.keys(all.document.tools)).toHaveLength(50);
    expect(all.document).toMatchObject({
      id: 'acme_desk',
      auth: { type: 'bearer' },
      mcp: { url: 'https://mcp.example.com/mcp' },
    });
    expect(all.document.tools['do_thing_9']).toMatchObject({ loading: 'deferred' });
    expect(Object.keys(draft(tools, { tools: ['do-thing-7'] }).document.tools)).toEqual(['do_thing_7']);
    expect(() => draft(tools, { tools: ['do-nothing'] })).toThrow(/No operation is called 'do-nothing'/);
  });

  it('is told apart from what the server has later', () => {
    const before = [seen('open'), seen('close'), seen('same')];
    const normalised = normaliseDocument(draft(before).document);
    if (!normalised.ok) throw new Error('no document');
    const after = [seen('open', { digest: 'b'.repeat(64) }), seen('same'), seen('more')];
    expect(mcpDrift(normalised.document, after)).toEqual([
      { key: 'open', tool: 'open', drift: 'changed' },
      { key: 'close', tool: 'close', drift: 'vanished' },
      { key: null, tool: 'more', drift: 'new' },
    ]);
    const { same } = normalised.document.tools;
    const unpinned = { ...normalised.document, tools: { same: { ...same, mcp: { tool: 'same' } } } };
    expect(mcpDrift(unpinned as typeof normalised.document, [seen('same')])).toMatchObject([{ drift: 'unpinned' }]);
  });
});

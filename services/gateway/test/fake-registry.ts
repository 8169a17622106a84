import { PatchbayError, routes, type ToolSummary } from '@patchbay/contracts';
import { endpoint, type Messaging } from '@patchbay/messaging';

/** The registry's routes for discovery, over real NATS under the registry's own identity. */
export interface FakeRegistry {
  /** What the tenants can call, by name. */
  readonly tools: Map<string, FakeTool>;
  /** How often it was asked for a list. */
  readonly listed: { count: number };
}

interface FakeTool {
  readonly risk: 'read' | 'write' | 'destructive';
  /** Whose alone it is. */
  readonly tenant?: string;
  readonly inputSchema?: Record<string, unknown>;
}

/** `desk` is a toolset of `echo` alone. */
export async function startFakeRegistry(messaging: Messaging): Promise<FakeRegistry> {
  const tools: FakeRegistry['tools'] = new Map();
  const listed = { count: 0 };
  const of = (tenant: string, toolset?: string): [string, 'read' | 'write' | 'destructive'][] => {
    if (toolset !== undefined && toolset !== 'desk')
      throw new PatchbayError('invalid_request', { message: `There is no toolset '${toolset}'.` });
    return [...tools]
      .filter(([name, tool]) => (tool.tenant ?? tenant) === tenant && (toolset === undefined || name === 'echo'))
      .map(([name, { risk }]) => [name, risk]);
  };
  await messaging.serve({ name: 'registry', version: '0.1.0', description: 'test' }, [
    endpoint('list-tools', routes.listTools, async ({ toolset, limit, cursor = '0' }, { values }) => {
      listed.count += 1;
      const all = of(values.tenant as string, toolset);
      const start = Number(cursor);
      const page = all.slice(start, start + limit);
      return {
        tools: page.map(([name, risk]) => summaryOf(name, risk)),
        total: all.length,
        next_cursor: start + limit < all.length ? String(start + limit) : null,
      };
    }),
    endpoint('describe-tools', routes.describeTools, async ({ tools: names }, { values }) => {
      const known = new Map(of(values.tenant as string));
      return {
        tools: names.flatMap((name) =>
          known.has(name) ? [{ ...definitionOf(name, known.get(name) ?? 'read'), ...schemaOf(tools.get(name)) }] : [],
        ),
        missing: names.filter((name) => !known.has(name)),
      };
    }),
    endpoint('search-tools', routes.searchTools, async ({ query, limit, toolset }, { values }) => {
      const found = of(values.tenant as string, toolset)
        .filter(([name]) => query.includes(name))
        .slice(0, limit);
      return {
        tools: found.map(([name, risk]) => ({ ...summaryOf(name, risk), score: 1 })),
        definitions: found.map(([name, risk]) => definitionOf(name, risk)),
        tokens: 100,
        left_out: [],
      };
    }),
  ]);
  return { tools, listed };
}

function schemaOf(tool: FakeTool | undefined): Record<string, unknown> {
  return tool?.inputSchema === undefined ? {} : { inputSchema: tool.inputSchema };
}

function summaryOf(name: string, risk: ToolSummary['risk']): ToolSummary {
  return {
    name,
    title: name,
    integration: 'desk',
    category: 'other',
    version: '1.0.0',
    risk,
    description: `Does ${name}.`,
  };
}

function definitionOf(name: string, risk: ToolSummary['risk']): Record<string, unknown> {
  return {
    name,
    title: name,
    description: `Does ${name}.`,
    inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
    annotations: {
      title: name,
      readOnlyHint: risk === 'read',
      destructiveHint: risk === 'destructive',
      idempotentHint: risk === 'read',
      openWorldHint: true,
    },
    execution: { taskSupport: 'optional' },
    _meta: { 'patchbay/risk': risk },
  };
}

import type { ApiDescription, Operation, PathItem, Schema } from '../spec/types.ts';

/** A tool as its MCP server lists it. */
export interface McpToolSeen {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly outputSchema?: Readonly<Record<string, unknown>> | undefined;
  readonly annotations?: Readonly<Record<string, unknown>> | undefined;
  /** What a document pins of it. */
  readonly digest: string;
}

export interface McpServerSeen {
  readonly name: string;
  readonly title?: string | undefined;
  readonly version?: string | undefined;
  readonly instructions?: string | undefined;
  readonly tools: readonly McpToolSeen[];
}

/** What a credential is shown as, if the server was read with one. */
export type McpAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'bearer' }
  | { readonly kind: 'header'; readonly name: string };

/** Stands for the server while its tools are drafted; `.invalid` leads nowhere (RFC 6761). */
const placeholderUrl = 'https://mcp.invalid';

/** A server's tools as operations, so that one drafting serves both: the arguments are a body, the structured answer is one too. */
export function describeMcpTools(server: McpServerSeen, auth: McpAuth): ApiDescription {
  const title = server.title ?? server.name;
  const schemas: Record<string, unknown> = {};
  const paths: Record<string, PathItem> = {};
  for (const [index, tool] of server.tools.entries())
    paths[`/${encodeURIComponent(tool.name)}`] = { post: operationOf(tool, `t${index}`, title, schemas) } as PathItem;
  const scheme =
    auth.kind === 'bearer'
      ? { type: 'http', scheme: 'bearer' }
      : { type: 'apiKey', in: 'header', name: auth.kind === 'header' ? auth.name : '' };
  return {
    openapi: '3.1.0',
    info: {
      title,
      ...(server.version !== undefined && { version: server.version }),
      ...(server.instructions !== undefined && { description: server.instructions }),
    },
    servers: [{ url: placeholderUrl }],
    ...(auth.kind !== 'none' && { security: [{ credential: [] }] }),
    paths,
    components: {
      schemas,
      ...(auth.kind !== 'none' && { securitySchemes: { credential: scheme as never } }),
    },
  };
}

function operationOf(tool: McpToolSeen, prefix: string, server: string, schemas: Record<string, unknown>): Operation {
  const described = (tool.description ?? '').trim();
  const description =
    described.length >= 30 ? described : `${described} It is the tool ${tool.name} of ${server}.`.trim();
  const answer = tool.outputSchema ?? {
    type: 'object',
    properties: { text: { type: 'string', description: 'The answer' } },
  };
  return {
    operationId: tool.name,
    ...(tool.title !== undefined && { summary: tool.title }),
    description,
    requestBody: {
      required: true,
      content: { 'application/json': { schema: moved(tool.inputSchema, `${prefix}i`, schemas) } },
    },
    responses: {
      '200': {
        description: 'The answer.',
        content: { 'application/json': { schema: moved(answer, `${prefix}o`, schemas) } },
      },
    },
  } as Operation;
}

/** A schema whose definitions stand with those of all others, under names of their own. */
function moved(schema: Readonly<Record<string, unknown>>, prefix: string, schemas: Record<string, unknown>): Schema {
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, member]): [string, unknown][] => {
        if (key === '$defs' || key === 'definitions' || key === '$schema' || key === '$id') return [];
        if (key !== '$ref' || typeof member !== 'string') return [[key, rename(member)]];
        const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(member)?.[1];
        return name === undefined ? [] : [['$ref', `#/components/schemas/${prefix}_${name}`]];
      }),
    );
  };
  for (const where of ['$defs', 'definitions'])
    for (const [name, definition] of Object.entries((schema[where] as object | undefined) ?? {}))
      schemas[`${prefix}_${name}`] = rename(definition);
  return rename(schema) as Schema;
}

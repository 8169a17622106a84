import { lintDocument, normaliseDocument } from '@patchbay/catalog';
import type { IntegrationDocumentInput, McpServer } from '@patchbay/contracts';
import { type Draft, draftDocument } from '../document/draft-document.ts';
import type { OperationReport } from '../document/report.ts';
import { importError } from '../import-error.ts';
import type { ToolInput } from '../operation/draft-tool.ts';
import { capital, plainText, shorten, wordsOf } from '../schema/plain-text.ts';
import { describeMcpTools, type McpAuth, type McpServerSeen, type McpToolSeen } from './describe-mcp-tools.ts';

export interface McpDraftOptions {
  readonly mcp: McpServer;
  readonly auth: McpAuth;
  readonly id?: string;
  readonly category?: string;
  /** Names of the tools to take; none: all. */
  readonly tools?: readonly string[];
  readonly search?: string;
  readonly source: string;
  /** `YYYY-MM-DD`. */
  readonly today: string;
}

/**
 * A draft of an integration document for an MCP server's tools, each pinned by its digest. What the server hints of a tool's
 * effect is taken for its risk; a person has to read it, since nothing proves it.
 * @throws importError
 */
export function draftMcpDocument(server: McpServerSeen, options: McpDraftOptions): Draft {
  const { mcp, auth, tools: wanted = [], search, id, category, source, today } = options;
  const { document: drafted, report } = draftDocument(describeMcpTools(server, auth), {
    source,
    today,
    ...(wanted.length > 0 && { operations: wanted }),
    ...(search !== undefined && { search }),
    ...(id !== undefined && { id }),
    ...(category !== undefined && { category }),
  });
  const { base_url: _placeholder, health, tools: draftedTools, auth: shown, ...rest } = drafted;
  const tools: Record<string, ToolInput> = {};
  const operations: OperationReport[] = [];
  for (const one of report.operations) {
    const seen = server.tools.find(({ name }) => name === one.operation);
    const tool = one.tool === null ? undefined : draftedTools[one.tool];
    if (one.tool === null || seen === undefined || tool === undefined) {
      operations.push({ ...one, method: 'MCP', path: one.operation });
      continue;
    }
    tools[one.tool] = asMcpTool(tool, seen);
    operations.push({ ...one, method: 'MCP', path: one.operation, notes: [...notesOn(seen)] });
  }
  const healthy = Object.entries(tools).find(
    ([, { risk, parameters }]) =>
      risk === 'read' && !Object.values(parameters ?? {}).some(({ required }) => required === true),
  );
  const document = {
    ...rest,
    mcp,
    auth: mcp.command === undefined ? shown : { type: Object.keys(mcp.env ?? {}).length > 0 ? 'api_key' : 'none' },
    ...((health !== undefined || healthy !== undefined) && healthy !== undefined && { health: { tool: healthy[0] } }),
    tools,
  } as unknown as IntegrationDocumentInput;
  const normalised = normaliseDocument(document);
  if (!normalised.ok) {
    const problems = normalised.issues.slice(0, 5).map(({ path, message }) => `${path}: ${message}`);
    throw importError('nothing_drafted', `The draft is not sound: ${problems.join('; ')}.`);
  }
  const warnings = lintDocument(normalised.document).map(({ path, rule, message }) => ({ path, rule, message }));
  return { document, report: { ...report, operations, notes: [], warnings } };
}

function asMcpTool(drafted: ToolInput, seen: McpToolSeen): ToolInput {
  const { risk, natural, openWorld } = effectOf(seen);
  const { pick, ...shape } = drafted.response ?? {};
  const isDescribed = seen.outputSchema !== undefined;
  const title = shorten(plainText(seen.title) || capital(wordsOf(seen.name).join(' ')), 80);
  const reads = risk === 'read';
  return {
    title,
    description: isDescribed
      ? drafted.description
      : drafted.description.replace(/ Returns text\.$/, ' Returns what the server answers.'),
    risk,
    ...(risk === 'destructive' && { confirm: 'always', confirm_prompt: `Shall I go ahead: ${title}?` }),
    idempotency: { kind: natural ? 'natural' : 'none' },
    ...(openWorld !== undefined && { open_world: openWorld }),
    mcp: { tool: seen.name, digest: seen.digest },
    parameters: drafted.parameters,
    response: isDescribed ? { pick, ...shape } : shape,
    speech: {
      waiting: reads ? 'Let me look that up.' : "One moment, I'm doing that.",
      done: reads ? 'Here is what I found.' : "That's done.",
      failed: reads ? "I couldn't look that up." : "I couldn't do that.",
    },
    keywords: drafted.keywords,
    ...(drafted.loading !== undefined && { loading: drafted.loading }),
    examples: drafted.examples?.map((example) => ({ ...example, title })),
    meta: { imported_from: { mcp_tool: seen.name } },
  } as ToolInput;
}

/** Hints and their defaults: ToolAnnotations of the Model Context Protocol. Without any hint a tool is taken to write. */
function effectOf({ annotations = {} }: McpToolSeen): {
  risk: 'read' | 'write' | 'destructive';
  natural: boolean;
  openWorld: boolean | undefined;
} {
  const hint = (name: string): boolean | undefined =>
    typeof annotations[name] === 'boolean' ? (annotations[name] as boolean) : undefined;
  const openWorld = hint('openWorldHint');
  if (hint('readOnlyHint') === true) return { risk: 'read', natural: true, openWorld };
  const destructive = hint('destructiveHint') ?? hint('readOnlyHint') === false;
  return { risk: destructive ? 'destructive' : 'write', natural: hint('idempotentHint') === true, openWorld };
}

function* notesOn({ annotations = {}, outputSchema, description = '' }: McpToolSeen): Generator<string> {
  if (!Object.keys(annotations).some((name) => name.endsWith('Hint')))
    yield 'The server says nothing of its effect: it is taken to write.';
  if (outputSchema === undefined) yield 'The server does not describe the answer: nothing is picked of it.';
  if (description.trim() === '') yield 'The server does not describe it.';
}

import {
  type CallToolResult,
  type InputRequiredResult,
  inputResponse,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { issuesOf, PatchbayError, ToolName, toErrorBody } from '@patchbay/contracts';
import { confirmationOf, mcpErrorOf, mcpResultOf } from '@patchbay/sdk';
import type { z } from 'zod';
import { callKey } from './call-key.ts';
import { type ReadMeta, readMeta } from './call-meta.ts';
import { askToConfirm, confirmKey, withToken } from './confirmation.ts';
import type { McpCaller } from './mcp-caller.ts';
import { CallArguments, callToolName, SearchArguments, searchToolName } from './meta-tools.ts';
import { runTool } from './run-tool.ts';
import { listedTool } from './tool-lists.ts';

export interface CallParams {
  readonly name: string;
  readonly arguments?: Record<string, unknown> | undefined;
}

/** What is known of the request beside its parameters. */
export interface CallPlace {
  readonly ctx: ServerContext;
  /** What request ids are unique in: a session or a connection; null: nothing. */
  readonly session: string | null;
  /** Whether the client can put a question to its person. */
  readonly canAsk: boolean;
  readonly report: (error: unknown) => void;
}

/** Tokens that the definitions of one search may take together. */
const searchTokens = 8_000;

/** `tools/call`. Whatever goes wrong is a result with `isError`, which the model reads; nothing is thrown. */
export async function callTool(
  caller: McpCaller,
  params: CallParams,
  place: CallPlace,
): Promise<CallToolResult | InputRequiredResult> {
  try {
    if (params.name === searchToolName) return await search(caller, params.arguments ?? {});
    if (params.name !== callToolName) return await call(caller, params.name, params.arguments ?? {}, undefined, place);
    const named = parse(CallArguments, params.arguments ?? {});
    return await call(caller, named.name, named.arguments, named.confirmation, place);
  } catch (error) {
    // What we did not expect goes to whoever watches the process; the model hears that something went wrong.
    if (!(error instanceof PatchbayError)) place.report(error);
    return mcpErrorOf(toErrorBody(error));
  }
}

async function call(
  caller: McpCaller,
  tool: string,
  args: Record<string, unknown>,
  confirmation: string | undefined,
  place: CallPlace,
): Promise<CallToolResult | InputRequiredResult> {
  if (!caller.mayExecute)
    throw new PatchbayError('not_permitted', {
      message: 'The key does not hold scope tools:execute.',
      details: { scope: 'tools:execute' },
    });
  if (!ToolName.safeParse(tool).success)
    throw new PatchbayError('tool_not_found', { message: 'No tool of that name exists.' });
  const { mcpReq } = place.ctx;
  const meta = readMeta(mcpReq._meta);
  const answered = inputResponse(mcpReq.inputResponses, confirmKey);
  if (answered.kind === 'elicit' && !saysYes(answered))
    throw new PatchbayError('cancelled', { message: 'The person did not confirm it, so nothing was done.' });
  const token = answered.kind === 'elicit' ? mcpReq.requestState<string>() : (confirmation ?? meta.confirmation);
  const result = await runTool(caller.agent, {
    tool,
    arguments: args,
    options: optionsOf(
      caller,
      meta,
      place,
      token,
      callKey(caller.idempotencyKey ?? meta.idempotencyKey, place.session, mcpReq.id),
    ),
    signal: mcpReq.signal,
    progress: meta.progressToken === undefined ? null : progressTo(mcpReq, meta.progressToken),
  });
  const asked = confirmationOf(result);
  if (asked === null) return mcpResultOf(result);
  return place.canAsk ? askToConfirm(asked) : withToken(mcpResultOf(result), tool, asked);
}

function saysYes({
  action,
  content,
}: {
  readonly action: string;
  readonly content?: Record<string, unknown>;
}): boolean {
  return action === 'accept' && content?.['confirm'] === true;
}

function optionsOf(
  caller: McpCaller,
  meta: ReadMeta,
  { session: within }: Pick<CallPlace, 'session'>,
  confirmation: string | undefined,
  idempotencyKey: string,
) {
  const { session = within === null ? undefined : `mcp:${within}`, endUser, traceparent = caller.traceparent } = meta;
  return {
    idempotencyKey,
    deadlineMs: meta.deadlineMs ?? caller.view.deadlineMs,
    context: {
      // What the key is bound to goes before what the client says.
      ...(session !== undefined && { session }),
      ...(endUser !== undefined && { end_user: endUser }),
      ...caller.context,
    },
    ...(traceparent !== undefined && { traceparent }),
    ...(meta.version !== undefined && { version: meta.version }),
    ...(meta.connection !== undefined && { connection: meta.connection }),
    ...(meta.dryRun !== undefined && { dryRun: meta.dryRun }),
    ...(confirmation !== undefined && { confirmation }),
  };
}

function progressTo(mcpReq: ServerContext['mcpReq'], progressToken: string | number) {
  return (progress: number, message: string) =>
    mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, message } });
}

async function search(caller: McpCaller, args: Record<string, unknown>): Promise<CallToolResult> {
  if (!caller.mayRead)
    throw new PatchbayError('not_permitted', {
      message: 'The key does not hold scope tools:read.',
      details: { scope: 'tools:read' },
    });
  const { query, limit } = parse(SearchArguments, args);
  const { toolset } = caller.view;
  const found = await caller.agent.tools.search(query, {
    limit,
    format: 'mcp',
    max_tokens: searchTokens,
    ...(toolset !== null && { toolset }),
  });
  const tools = found.definitions.map((definition) => {
    const { name, description, inputSchema, annotations } = listedTool(definition);
    return { name, description, inputSchema, annotations };
  });
  const answer = { tools, ...(found.left_out.length > 0 && { left_out: found.left_out }) };
  return { content: [{ type: 'text', text: JSON.stringify(answer) }], structuredContent: answer, isError: false };
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = issuesOf(parsed.error, 'arguments');
  throw new PatchbayError('invalid_arguments', {
    message: 'The arguments do not satisfy the schema.',
    details: { issues },
  });
}

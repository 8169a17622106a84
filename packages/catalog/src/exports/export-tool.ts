import { type IntegrationDocument, type Tool, type ToolFormat, toolNameOf } from '@patchbay/contracts';
import { schemaOfTool, toolOf } from '../input-schema.ts';
import { strictSchema } from './strict-schema.ts';

export type ExportedTool = Record<string, unknown>;

/**
 * A tool as another API takes it, ready to be sent: Anthropic `tools[]`, OpenAI Responses `tools[]`, MCP `tools/list`, or
 * our own. Nothing of the request half (URLs, fixed values, wire names) leaves. What a format has no place for is told
 * in the description when a model can use it, and otherwise stays in the `patchbay` format. Throws `tool_not_found`.
 */
export function exportTool(document: IntegrationDocument, toolKey: string, format: ToolFormat): ExportedTool {
  const tool = toolOf(document, toolKey);
  return writers[format](toolNameOf(document, toolKey, tool), tool, document);
}

type Writer = (name: string, tool: Tool, document: IntegrationDocument) => ExportedTool;

const writers: Record<ToolFormat, Writer> = {
  patchbay: toPatchbay,
  anthropic: toAnthropic,
  openai: toOpenAi,
  mcp: toMcp,
};

function toPatchbay(name: string, tool: Tool, document: IntegrationDocument): ExportedTool {
  return {
    name,
    title: tool.title,
    integration: document.id,
    version: document.version,
    category: document.category,
    description: tool.description,
    input_schema: schemaOfTool(tool),
    ...present({ output_schema: tool.output }),
    ...hints(tool),
    ...present({ meta: tool.meta }),
  };
}

/** Messages API. `strict` is set when the schema has an equal in the subset, which is then the one given. */
function toAnthropic(name: string, tool: Tool): ExportedTool {
  const strict = tool.strict === false ? undefined : strictSchema(schemaOfTool(tool), 'omit');
  const examples = exampleArguments(tool);
  return {
    name,
    description: told(tool, false),
    input_schema: strict ?? schemaOfTool(tool),
    ...(strict === undefined ? {} : { strict: true }),
    ...(examples.length === 0 ? {} : { input_examples: examples }),
    ...(tool.loading === 'deferred' ? { defer_loading: true } : {}),
    ...(tool.callers?.includes('programmatic')
      ? { allowed_callers: tool.callers.map((caller) => anthropicCallers[caller]) }
      : {}),
  };
}

const anthropicCallers = { direct: 'direct', programmatic: 'code_execution_20250825' } as const;

/** Responses API function tool. Strict wants every property required, so an optional one may be null. */
function toOpenAi(name: string, tool: Tool): ExportedTool {
  const strict = tool.strict === false ? undefined : strictSchema(schemaOfTool(tool), 'nullable');
  return {
    type: 'function',
    name,
    description: told(tool, true),
    parameters: strict ?? schemaOfTool(tool),
    strict: strict !== undefined,
    ...(tool.loading === 'deferred' ? { defer_loading: true } : {}),
    ...(tool.callers === undefined ? {} : { allowed_callers: tool.callers }),
    ...present({ output_schema: tool.output }),
  };
}

/** MCP `Tool`. All four hints are always said, since an unset one means the worst case. */
function toMcp(name: string, tool: Tool, document: IntegrationDocument): ExportedTool {
  const read = tool.risk === 'read';
  return {
    name,
    title: tool.title,
    description: tool.description,
    inputSchema: schemaOfTool(tool),
    ...present({ outputSchema: tool.output }),
    annotations: {
      title: tool.title,
      readOnlyHint: read,
      destructiveHint: tool.risk === 'destructive',
      idempotentHint: read || tool.idempotency.kind !== 'none',
      openWorldHint: tool.open_world ?? true,
    },
    _meta: Object.fromEntries(
      Object.entries({
        integration: document.id,
        version: document.version,
        ...hints(tool),
        ...present({ meta: tool.meta }),
      }).map(([field, value]) => [`patchbay/${field}`, value]),
    ),
  };
}

/** What the host of an agent can use, in our own words and only where the document says it. */
function hints(tool: Tool): ExportedTool {
  const examples = exampleArguments(tool);
  return {
    risk: tool.risk,
    idempotent: tool.risk === 'read' || tool.idempotency.kind !== 'none',
    open_world: tool.open_world ?? true,
    ...present({
      confirm: tool.confirm,
      confirm_prompt: tool.confirm_prompt,
      loading: tool.loading,
      callers: tool.callers,
      strict: tool.strict,
      latency: tool.latency,
      timeout_ms: tool.timeout_ms,
      speech: tool.speech,
      keywords: tool.keywords,
      examples: examples.length === 0 ? undefined : examples,
    }),
  };
}

/** The description with what the format cannot carry elsewhere: the shape of the answer, and examples of arguments. */
function told(tool: Tool, outputHasPlace: boolean): string {
  const parts = [tool.description];
  if (!outputHasPlace && tool.output !== undefined)
    parts.push(`Returns JSON of this schema: ${JSON.stringify(tool.output)}`);
  if (outputHasPlace)
    parts.push(...exampleArguments(tool).map((example) => `Example arguments: ${JSON.stringify(example)}`));
  return parts.join('\n');
}

function exampleArguments(tool: Tool): Record<string, unknown>[] {
  return tool.examples.map((example) => example.arguments);
}

function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

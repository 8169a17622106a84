import type { Tool } from '@patchbay/contracts';
import { schemaOfTool } from '../input-schema.ts';
import { strictSchema } from './strict-schema.ts';
import { exampleArguments, type JsonObject, type JsonObjectSchema, type ToolSource, told } from './tool-source.ts';

const callers = { direct: 'direct', programmatic: 'code_execution_20250825' } as const;

/** What only this API knows of a tool. */
export type AnthropicExtras = {
  input_examples?: JsonObject[];
  /** Only loaded when a search names it. */
  defer_loading?: true;
  allowed_callers?: (typeof callers)[keyof typeof callers][];
  eager_input_streaming?: boolean;
};

/** `Tool` of the Messages API. */
export type AnthropicTool = AnthropicExtras & {
  name: string;
  description: string;
  input_schema: JsonObjectSchema;
  strict?: true;
  cache_control?: { type: 'ephemeral'; ttl: '5m' | '1h' };
};

/**
 * `strict` is set when the schema has an equal in the subset,
 * which is then the one given. Code that the model writes cannot call a strict tool, so one open to it is not strict.
 */
export function toAnthropic({ name, tool }: ToolSource): AnthropicTool {
  const fits = tool.strict !== false && !isProgrammatic(tool);
  const strict = fits ? strictSchema(schemaOfTool(tool), 'omit') : undefined;
  return {
    name,
    description: told(tool, ['output']),
    input_schema: { ...(strict ?? schemaOfTool(tool)), type: 'object' },
    ...(strict === undefined ? {} : { strict: true }),
    ...anthropicExtras(tool),
  };
}

/** The fields that only this API knows, for formats that pass them through to it. */
export function anthropicExtras(tool: Tool): AnthropicExtras {
  const examples = exampleArguments(tool);
  return {
    ...(examples.length === 0 ? {} : { input_examples: examples }),
    ...(tool.loading === 'deferred' ? { defer_loading: true } : {}),
    ...(isProgrammatic(tool) ? { allowed_callers: callersOf(tool) } : {}),
    ...(tool.eager_input === undefined ? {} : { eager_input_streaming: tool.eager_input }),
  };
}

export function isProgrammatic(tool: Tool): boolean {
  return tool.callers?.includes('programmatic') ?? false;
}

export function callersOf(tool: Tool): (typeof callers)[keyof typeof callers][] {
  return (tool.callers ?? []).map((caller) => callers[caller]);
}

import type { Tool } from '@patchbay/contracts';
import { schemaOfTool } from '../input-schema.ts';
import { strictSchema } from './strict-schema.ts';
import { type JsonObject, type ToolSource, told } from './tool-source.ts';

/** `FunctionTool` of the Responses API. */
export type OpenAiResponsesTool = {
  type: 'function';
  name: string;
  description: string;
  parameters: JsonObject;
  strict: boolean;
  /** Only loaded when a search finds it. */
  defer_loading?: true;
  async?: true;
  allowed_callers?: ('direct' | 'programmatic')[];
  output_schema?: JsonObject;
};

/** `ChatCompletionTool` of Chat Completions. */
export type OpenAiChatTool = {
  type: 'function';
  function: { name: string; description: string; parameters: JsonObject; strict: boolean };
};

/** `RealtimeFunctionTool` of a Realtime session. */
export type OpenAiRealtimeTool = { type: 'function'; name: string; description: string; parameters: JsonObject };

export function toOpenAiResponses({ name, tool }: ToolSource): OpenAiResponsesTool {
  return {
    type: 'function',
    name,
    description: told(tool, ['examples']),
    ...strictParameters(tool),
    ...(tool.loading === 'deferred' ? { defer_loading: true } : {}),
    ...(tool.background === true ? { async: true } : {}),
    ...(tool.callers === undefined ? {} : { allowed_callers: tool.callers }),
    ...(tool.output === undefined ? {} : { output_schema: tool.output }),
  };
}

/** Chat Completions know nothing beside the function itself. */
export function toOpenAiChat({ name, tool }: ToolSource): OpenAiChatTool {
  return {
    type: 'function',
    function: { name, description: told(tool, ['output', 'examples']), ...strictParameters(tool) },
  };
}

/** Realtime has no strict mode. */
export function toOpenAiRealtime({ name, tool }: ToolSource): OpenAiRealtimeTool {
  return {
    type: 'function',
    name,
    description: told(tool, ['output', 'examples']),
    parameters: { ...schemaOfTool(tool) },
  };
}

/** Strict wants every property required, so an optional one may be null. */
function strictParameters(tool: Tool): { parameters: JsonObject; strict: boolean } {
  const strict = tool.strict === false ? undefined : strictSchema(schemaOfTool(tool), 'nullable');
  return { parameters: strict ?? { ...schemaOfTool(tool) }, strict: strict !== undefined };
}

import { type IntegrationDocument, type ToolFormat, toolNameOf } from '@patchbay/contracts';
import { toolOf } from '../input-schema.ts';
import { type AiSdkTool, toAiSdk } from './to-ai-sdk.ts';
import { type AnthropicTool, toAnthropic } from './to-anthropic.ts';
import { type LangChainTool, toLangChain } from './to-langchain.ts';
import { type McpTool, toMcp } from './to-mcp.ts';
import {
  type OpenAiChatTool,
  type OpenAiRealtimeTool,
  type OpenAiResponsesTool,
  toOpenAiChat,
  toOpenAiRealtime,
  toOpenAiResponses,
} from './to-openai.ts';
import { toPatchbay } from './to-patchbay.ts';
import type { JsonObject, ToolSource } from './tool-source.ts';

/** What each format makes of a tool. */
export type ExportedTools = {
  patchbay: JsonObject;
  anthropic: AnthropicTool;
  openai: OpenAiResponsesTool;
  'openai-responses': OpenAiResponsesTool;
  'openai-chat': OpenAiChatTool;
  'openai-realtime': OpenAiRealtimeTool;
  mcp: McpTool;
  'ai-sdk': AiSdkTool;
  langchain: LangChainTool;
};

/** A definition as some API takes it, ready to be sent. */
export type ExportedTool = ExportedTools[ToolFormat];

const writers: { [Format in ToolFormat]: (source: ToolSource) => ExportedTools[Format] } = {
  patchbay: toPatchbay,
  anthropic: toAnthropic,
  openai: toOpenAiResponses,
  'openai-responses': toOpenAiResponses,
  'openai-chat': toOpenAiChat,
  'openai-realtime': toOpenAiRealtime,
  mcp: toMcp,
  'ai-sdk': toAiSdk,
  langchain: toLangChain,
};

/**
 * A tool as another API takes it, ready to be sent. Nothing of the request half (URLs, fixed values, wire names) leaves.
 * What a format has no place for is told in the description when a model can use it, and stands in the format's free
 * metadata, where it has any, for the host. Throws `tool_not_found`.
 */
export function exportTool<Format extends ToolFormat>(
  document: IntegrationDocument,
  toolKey: string,
  format: Format,
): ExportedTools[Format] {
  const tool = toolOf(document, toolKey);
  return writers[format]({ name: toolNameOf(document, toolKey, tool), tool, document });
}

import { schemaOfTool } from '../input-schema.ts';
import { type AnthropicExtras, anthropicExtras } from './to-anthropic.ts';
import { metadataOf } from './tool-hints.ts';
import { type JsonObject, type ToolSource, told } from './tool-source.ts';

/** The fields of LangChain's `DynamicStructuredTool` but its function. */
export type LangChainTool = {
  name: string;
  description: string;
  schema: JsonObject;
  extras?: AnthropicExtras;
  metadata: JsonObject;
};

/**
 * `extras` is what LangChain hands to a provider as it
 * stands, and only Anthropic's knows fields beyond the function.
 */
export function toLangChain(source: ToolSource): LangChainTool {
  const { name, tool } = source;
  const extras = anthropicExtras(tool);
  return {
    name,
    description: told(tool, ['output']),
    schema: { ...schemaOfTool(tool) },
    ...(Object.keys(extras).length === 0 ? {} : { extras }),
    metadata: metadataOf(source),
  };
}

import { schemaOfTool } from '../input-schema.ts';
import { hintsOf } from './tool-hints.ts';
import { type JsonObject, present, type ToolSource } from './tool-source.ts';

/** Our own format, which loses nothing of what leaves at all. */
export function toPatchbay(source: ToolSource): JsonObject {
  const { name, tool, document } = source;
  return {
    name,
    title: tool.title,
    integration: document.id,
    version: document.version,
    category: document.category,
    description: tool.description,
    input_schema: schemaOfTool(tool),
    ...present({ output_schema: tool.output }),
    ...hintsOf(source),
  };
}

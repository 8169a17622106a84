import { schemaOfTool } from '../input-schema.ts';
import { isIdempotent, metadataOf } from './tool-hints.ts';
import { type JsonObject, type JsonObjectSchema, present, type ToolSource } from './tool-source.ts';

/** `Tool` of MCP's `tools/list`. */
export type McpTool = {
  name: string;
  title: string;
  description: string;
  inputSchema: JsonObjectSchema;
  outputSchema?: JsonObjectSchema;
  icons?: { src: string; mimeType?: string; sizes?: string[] }[];
  annotations: {
    title: string;
    readOnlyHint: boolean;
    destructiveHint: boolean;
    idempotentHint: boolean;
    openWorldHint: boolean;
  };
  execution?: { taskSupport: 'optional' };
  _meta: JsonObject;
};

/**
 * All four hints are always said, since an unset one means the worst case. What has no field
 * is in `_meta`, each under `patchbay/`.
 */
export function toMcp(source: ToolSource): McpTool {
  const { name, tool, document } = source;
  const { icons: _icons, ...metadata } = metadataOf(source);
  return {
    name,
    title: tool.title,
    description: tool.description,
    inputSchema: { ...schemaOfTool(tool) },
    ...(tool.output === undefined ? {} : { outputSchema: { ...tool.output, type: 'object' } }),
    ...(document.icons === undefined
      ? {}
      : {
          icons: document.icons.map(({ src, mime_type, sizes }) => ({
            src,
            ...present({ mimeType: mime_type, sizes }),
          })),
        }),
    annotations: {
      title: tool.title,
      readOnlyHint: tool.risk === 'read',
      destructiveHint: tool.risk === 'destructive',
      idempotentHint: isIdempotent(tool),
      openWorldHint: tool.open_world ?? true,
    },
    ...(tool.background === true ? { execution: { taskSupport: 'optional' } } : {}),
    _meta: Object.fromEntries(Object.entries(metadata).map(([field, value]) => [`patchbay/${field}`, value])),
  };
}

import { type IntegrationDocument, type Parameter, PatchbayError, type Tool } from '@patchbay/contracts';
import { isHidden } from './tool-calls.ts';

export interface ObjectSchema {
  type: 'object';
  properties: Record<string, Record<string, unknown>>;
  required: string[];
  additionalProperties: false;
}

/**
 * The JSON Schema 2020-12 of a tool's arguments as a model sees it: without parameters that have a fixed value, without
 * `x-` keywords, closed to other names. `default` is filled in before a request is built. Throws `tool_not_found` when
 * the document has no such tool.
 */
export function inputSchemaOf(document: IntegrationDocument, toolKey: string): ObjectSchema {
  return schemaOfTool(toolOf(document, toolKey));
}

export function toolOf(document: IntegrationDocument, toolKey: string): Tool {
  const tool = Object.hasOwn(document.tools, toolKey) ? document.tools[toolKey] : undefined;
  if (tool === undefined) {
    throw new PatchbayError('tool_not_found', { message: `Integration ${document.id} has no tool '${toolKey}'.` });
  }
  return tool;
}

export function schemaOfTool(tool: Tool): ObjectSchema {
  const visible = Object.entries(tool.parameters).filter(([, parameter]) => !isHidden(parameter));
  return {
    type: 'object',
    properties: Object.fromEntries(visible.map(([name, parameter]) => [name, schemaOfParameter(name, parameter)])),
    required: visible.filter(([, parameter]) => parameter.required === true).map(([name]) => name),
    additionalProperties: false,
  };
}

/**
 * The parameter as plain JSON Schema: its own `required` flag and every `x-` keyword, at any depth, taken away. A local
 * `$ref` starts at the parameter in a document, and at the tool's whole schema here.
 */
function schemaOfParameter(name: string, parameter: Parameter): Record<string, unknown> {
  const { required: _required, ...schema } = parameter;
  const root = `#/properties/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return plainSchema(schema, root) as Record<string, unknown>;
}

const valueKeywords = new Set(['const', 'enum', 'default', 'examples', 'required']);

function plainSchema(schema: unknown, root: string): unknown {
  if (Array.isArray(schema)) return schema.map((item) => plainSchema(item, root));
  if (schema === null || typeof schema !== 'object') return schema;
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key.startsWith('x-')) continue;
    if (key === '$ref' && typeof value === 'string') result[key] = value.replace(/^#/, root);
    else if (key === 'properties' && value !== null && typeof value === 'object') {
      // Below `properties` the keys are names, and a field may well be called `default` or `x-id`.
      result[key] = Object.fromEntries(
        Object.entries(value).map(([field, child]) => [field, plainSchema(child, root)]),
      );
    } else result[key] = valueKeywords.has(key) ? value : plainSchema(value, root);
  }
  return result;
}

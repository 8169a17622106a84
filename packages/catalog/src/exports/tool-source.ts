import type { IntegrationDocument, Tool } from '@patchbay/contracts';

export type JsonObject = Record<string, unknown>;

/** JSON Schema of an object. */
export type JsonObjectSchema = {
  type: 'object';
  properties?: Record<string, object>;
  required?: string[];
  [keyword: string]: unknown;
};

/** What a definition is made of. */
export interface ToolSource {
  readonly name: string;
  readonly tool: Tool;
  readonly document: IntegrationDocument;
}

/** The fields that have a value. */
export function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export function exampleArguments(tool: Tool): Record<string, unknown>[] {
  return tool.examples.map((example) => example.arguments);
}

/** What a format has no field for is told to the model in words. */
export function told(tool: Tool, lacking: readonly ('output' | 'examples')[]): string {
  const parts = [tool.description];
  if (lacking.includes('output') && tool.output !== undefined)
    parts.push(`Returns JSON of this schema: ${JSON.stringify(tool.output)}`);
  if (lacking.includes('examples'))
    parts.push(...exampleArguments(tool).map((example) => `Example arguments: ${JSON.stringify(example)}`));
  return parts.join('\n');
}

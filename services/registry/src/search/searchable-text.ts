import { inputSchemaOf } from '@patchbay/catalog';
import type { RegisteredTool } from '@patchbay/registry-copy';

/** What of a tool can be found by search, by field. */
export interface SearchableText {
  readonly name: string;
  readonly title: string;
  readonly keywords: string;
  readonly integration: string;
  readonly category: string;
  readonly description: string;
  /** Names and descriptions of the arguments a model sees, nested ones too. */
  readonly arguments: string;
}

export const searchableFields = [
  'name',
  'title',
  'keywords',
  'integration',
  'category',
  'description',
  'arguments',
] as const satisfies readonly (keyof SearchableText)[];

export function searchableText({ name, toolKey, tool, document }: RegisteredTool): SearchableText {
  return {
    name,
    title: tool.title,
    keywords: (tool.keywords ?? []).join(' '),
    integration: `${document.id} ${document.name}`,
    category: document.category,
    description: tool.description,
    arguments: argumentText(inputSchemaOf(document, toolKey)).join(' '),
  };
}

/** A schema's depth is bounded where documents are read. */
function argumentText(schema: unknown): string[] {
  if (schema === null || typeof schema !== 'object') return [];
  if (Array.isArray(schema)) return schema.flatMap(argumentText);
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (keyword === 'properties' && value !== null && typeof value === 'object') {
      return Object.entries(value).flatMap(([name, property]) => [name, ...argumentText(property)]);
    }
    if (keyword === 'description') return typeof value === 'string' ? [value] : [];
    return keyword === 'items' || keyword === 'anyOf' || keyword === 'oneOf' || keyword === 'allOf'
      ? argumentText(value)
      : [];
  });
}

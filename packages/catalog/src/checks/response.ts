import { createRequire } from 'node:module';
import type jsonata from 'jsonata';
import { type Finding, finding } from '../finding.ts';
import type { ToolEntry } from '../tool-calls.ts';
import { pathProblem } from './body-paths.ts';

let parse: typeof jsonata | null = null;

/** Whether a transform is JSONata. It is read, not run. */
export function checkTransform({ tool, path }: ToolEntry): Finding[] {
  const { transform } = tool.response;
  if (transform === undefined) return [];
  parse ??= createRequire(import.meta.url)('jsonata') as typeof jsonata;
  try {
    parse(transform);
    return [];
  } catch (error) {
    const { code = '', position = 0, message = '' } = error as { code?: string; position?: number; message?: string };
    return [finding([...path, 'response', 'transform'], `not JSONata at character ${position}: ${message} (${code})`)];
  }
}

/** Whether pagination has all that its kind needs, on a tool that can have pages. */
export function checkPagination({ tool, path }: ToolEntry): Finding[] {
  const { pagination } = tool.response;
  if (pagination === undefined || pagination.kind === 'none') return [];
  const at = [...path, 'response', 'pagination'];
  if (tool.risk !== 'read') return [finding(at, 'works only for a tool of risk read')];
  if (tool.request === undefined) return [finding(at, 'works only for a tool of one request')];
  if (pagination.kind === 'link' && tool.request.method !== 'GET')
    return [finding([...at, 'kind'], 'link works only with GET')];
  const paths = {
    items: pagination.items,
    next: 'next' in pagination ? pagination.next : undefined,
    more: 'more' in pagination ? pagination.more : undefined,
  };
  return Object.entries(paths).flatMap(([key, text]) => {
    if (text === undefined) return [];
    const problem = text.includes('[]') ? 'must lead to one value, without []' : pathProblem(text);
    return problem === undefined ? [] : [finding([...at, key], problem)];
  });
}

import type { HttpRequest, Tool } from '@patchbay/contracts';
import type { DataPath } from '../paths/data-path.ts';
import { parseDataPath } from '../paths/data-path.ts';
import type { ValueSource } from '../request/value-source.ts';
import type { Placed } from './place-parameters.ts';
import type { Report } from './report.ts';

/** How a read goes on to further pages. */
export interface PaginationPlan {
  readonly kind: 'cursor' | 'page' | 'offset' | 'link';
  /** Keys that lead to the list; empty where the body is the list. */
  readonly items: readonly string[];
  readonly maxPages: number;
  readonly pageSize: number | null;
  readonly more: DataPath | null;
  readonly next: DataPath | null;
  readonly nextIn: 'body' | 'last_item';
  readonly first: number;
  /** Where reading begins, when an argument says so. */
  readonly start: ValueSource | null;
}

/**
 * Compiles `response.pagination`, and gives the parameters the place of each page: `placed` comes back with them. Only reads
 * of one request have pages.
 */
export function compilePagination(
  tool: Tool,
  request: HttpRequest,
  placed: readonly Placed[],
  report: Report,
  toolAt: string,
): { plan: PaginationPlan | null; placed: readonly Placed[] } {
  const pagination = tool.response.pagination;
  if (pagination === undefined || pagination.kind === 'none') return { plan: null, placed };
  const at = `${toolAt}.response.pagination`;
  if (tool.risk !== 'read') report(at, 'works only for a tool of risk read');
  if (tool.steps !== undefined) report(at, 'works only for a tool of one request');
  const path = (text: string | undefined, key: string): DataPath | null => {
    if (text === undefined) return null;
    const parsed = parseDataPath(text);
    if (typeof parsed === 'string') report(`${at}.${key}`, parsed);
    else if (parsed.includes(null)) report(`${at}.${key}`, 'must lead to one value, without []');
    else return parsed;
    return null;
  };
  const items = path(pagination.items, 'items') ?? [];
  if (items.some((key) => typeof key !== 'string')) report(`${at}.items`, 'must be made of keys alone');
  const common = {
    kind: pagination.kind,
    items: items as readonly string[],
    maxPages: pagination.max_pages,
    pageSize: pagination.page_size?.value ?? null,
    first: pagination.kind === 'page' ? pagination.first : 0,
  };
  const sized = withSize(placed, pagination.page_size, pagination.kind === 'link' ? 'query' : pagination.in, at);
  if (pagination.kind === 'link') {
    if (request.method !== 'GET') report(`${at}.kind`, 'link works only with GET');
    const next = path(pagination.next, 'next');
    return { plan: { ...common, more: null, next, nextIn: 'body', start: null }, placed: sized };
  }
  if (
    pagination.in === 'body' &&
    ['none', 'raw', undefined].includes(request.body ?? (request.method === 'GET' ? 'none' : 'json'))
  )
    report(`${at}.in`, 'says body, but the request has none');
  const own = sized.find((item) => item.wire === pagination.parameter && item.location === pagination.in) ?? null;
  const plan: PaginationPlan = {
    ...common,
    more: path(pagination.more, 'more'),
    next: pagination.kind === 'cursor' ? path(pagination.next, 'next') : null,
    nextIn: pagination.kind === 'cursor' ? pagination.next_in : 'body',
    start: own?.source ?? null,
  };
  const source: ValueSource = { kind: 'page', first: own?.source ?? null };
  const carrier: Placed =
    own === null ? fieldOf(pagination.parameter, pagination.in, source, `${at}.parameter`) : { ...own, source };
  return { plan, placed: [...sized.filter((item) => item !== own), carrier] };
}

function withSize(
  placed: readonly Placed[],
  size: { parameter?: string | undefined; value: number } | undefined,
  location: 'query' | 'body',
  at: string,
): readonly Placed[] {
  const { parameter, value } = size ?? {};
  if (parameter === undefined || placed.some((item) => item.wire === parameter)) return placed;
  return [...placed, fieldOf(parameter, location, { kind: 'const', value }, `${at}.page_size.parameter`)];
}

function fieldOf(wire: string, location: 'query' | 'body', source: ValueSource, at: string): Placed {
  return { name: wire, wire, location, parameter: { 'x-name': wire }, source, at };
}

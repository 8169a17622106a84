import { readDataPath } from '../paths/data-path.ts';
import type { PaginationPlan } from '../prepare/compile-pagination.ts';
import type { RequestContext } from '../request/value-source.ts';
import { resolveSource } from '../request/value-source.ts';
import { linkTarget } from '../response/link-header.ts';
import type { Success } from './judge-response.ts';

/** Where the next page is. */
export interface NextPage {
  /** What the parameter carries. */
  readonly value?: string | number;
  /** The whole URL, where the upstream gives one. */
  readonly url?: string;
  /** Differs between places. */
  readonly mark: string;
}

const maxCursorLength = 8_192;

/**
 * Where the page after this one is, or `null` at the end. `list` holds this page's items, `count` all items so far, `url` is
 * what this page was asked for under, without the credential.
 */
export function nextPage(
  plan: PaginationPlan,
  page: Success,
  list: readonly unknown[],
  count: number,
  context: RequestContext,
  url: string,
): NextPage | null {
  if (plan.more !== null && readDataPath(page.value, plan.more) === false) return null;
  switch (plan.kind) {
    case 'link': {
      const found = plan.next === null ? linkTarget(page.headers?.link, 'next') : readDataPath(page.value, plan.next);
      if (typeof found !== 'string' || found === '') return null;
      const target = URL.parse(found, url)?.href ?? found;
      return { url: target, mark: target };
    }
    case 'cursor': {
      if (plan.next === null) return null;
      const from = plan.nextIn === 'body' ? page.value : list.at(-1);
      const cursor = readDataPath(from, plan.next);
      if (typeof cursor !== 'string' && typeof cursor !== 'number') return null;
      if (cursor === '' || String(cursor).length > maxCursorLength) return null;
      return { value: cursor, mark: String(cursor) };
    }
    case 'page':
    case 'offset': {
      if (list.length === 0 || (plan.pageSize !== null && list.length < plan.pageSize)) return null;
      const isPage = plan.kind === 'page';
      const value = isPage
        ? Number(context.page?.value ?? startOf(plan, context)) + 1
        : Number(startOf(plan, context)) + count;
      return Number.isSafeInteger(value) ? { value, mark: String(value) } : null;
    }
  }
}

/** The place that the caller's argument gives, else the first. */
function startOf(plan: PaginationPlan, context: RequestContext): unknown {
  return (plan.start === null ? undefined : resolveSource(plan.start, context)) ?? plan.first;
}

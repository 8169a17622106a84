import { z } from 'zod';

const Path = z.string().min(1).max(200);
const common = {
  /** Path of the list in each page's body. Left out: the body is the list. */
  items: Path.optional(),
  /** Most pages read, the first included. Default 3. */
  max_pages: z.int().min(2).max(50).default(3),
  /** Where the page's size is asked for, and how many items a full page has. A parameter of that name wins. */
  page_size: z.strictObject({ parameter: Path.optional(), value: z.int().min(1).max(10_000) }).optional(),
};
const place = {
  /** The name on the wire that carries the place; a parameter that has it gives where reading begins. */
  parameter: Path,
  in: z.enum(['query', 'body']).default('query'),
  /** Path of a value in the body; `false` there ends the list. */
  more: Path.optional(),
};

/**
 * How a read goes on to further pages. The pages become one answer: the last page's body with all items in its list; then
 * `pick`, `transform` and the limits apply. It ends where the upstream says so, at `max_items`, `max_pages`, the deadline,
 * a page that fails, or a place that was read before; where there was more, `_truncated.pages` says so.
 */
export const Pagination = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** The upstream names the next place: at `next` in the body, or in the last item (as Stripe has it). */
  z.strictObject({
    kind: z.literal('cursor'),
    ...common,
    ...place,
    next: Path,
    next_in: z.enum(['body', 'last_item']).default('body'),
  }),
  /** Pages are counted, from `first`. */
  z.strictObject({ kind: z.literal('page'), ...common, ...place, first: z.int().min(0).max(1).default(1) }),
  /** Items are counted, from 0. */
  z.strictObject({ kind: z.literal('offset'), ...common, ...place }),
  /** The upstream gives the next page's URL: at `next` in the body, else in a `Link` header (RFC 8288) as `rel="next"`. */
  z.strictObject({ kind: z.literal('link'), ...common, next: Path.optional() }),
]);
export type Pagination = z.infer<typeof Pagination>;

import { PatchbayError } from '@patchbay/contracts';
import { z } from 'zod';

/** What every list takes. */
export const pageQuery = {
  limit: z.int().min(1).max(1_000).default(100),
  /** `next_cursor` of the page before. */
  cursor: z.string().min(1).max(200).optional(),
};

/** What every list answers. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

export interface Page<Item> {
  readonly items: Item[];
  readonly next_cursor: string | null;
}

/** A page of a list that is here whole. The cursor is the id of the last item of the page before. */
export function cutPage<Item>(
  all: readonly Item[],
  idOf: (item: Item) => string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Page<Item> {
  const before = cursor === undefined ? -1 : all.findIndex((item) => idOf(item) === cursor);
  if (cursor !== undefined && before === -1)
    throw new PatchbayError('invalid_request', {
      details: { issues: [{ path: 'query.cursor', message: 'no cursor of this list' }] },
    });
  const items = all.slice(before + 1, before + 1 + limit);
  const last = items.at(-1);
  const more = before + 1 + limit < all.length;
  return { items, next_cursor: more && last !== undefined ? idOf(last) : null };
}

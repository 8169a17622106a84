import { z } from 'zod';

const Scalar = z.union([z.string().max(1_024), z.number(), z.boolean(), z.null()]);

/**
 * One condition on a value of the body or on a header. A value that is not there meets none but `exists: false`. Texts are
 * compared as they are; `gt` and `lt` compare numbers, also those written as text.
 */
const Condition = z
  .strictObject({
    /** Dotted path into the event's JSON, `data.object.id`, `items.0.id`. */
    body: z.string().min(1).max(256).optional(),
    /** A header's name, in any case. Of a repeated one, any value may meet the condition. */
    header: z.string().min(1).max(128).optional(),
    equals: Scalar.optional(),
    in: z.array(Scalar).min(1).max(100).optional(),
    prefix: z.string().min(1).max(1_024).optional(),
    suffix: z.string().min(1).max(1_024).optional(),
    contains: z.string().min(1).max(1_024).optional(),
    exists: z.boolean().optional(),
    gt: z.number().optional(),
    lt: z.number().optional(),
  })
  .refine(({ body, header }) => (body === undefined) !== (header === undefined), {
    error: 'needs exactly one of body and header',
  })
  .refine(({ body: _body, header: _header, ...tests }) => Object.values(tests).some((test) => test !== undefined), {
    error: 'needs a test, such as equals or exists',
  });
export type WebhookCondition = z.infer<typeof Condition>;

export type WebhookFilter =
  | WebhookCondition
  | { readonly all: readonly WebhookFilter[] }
  | { readonly any: readonly WebhookFilter[] }
  | { readonly not: WebhookFilter };

const Tree: z.ZodType<WebhookFilter> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(Tree).min(1).max(50) }),
    z.strictObject({ any: z.array(Tree).min(1).max(50) }),
    z.strictObject({ not: Tree }),
    Condition,
  ]),
);

/** Levels of a filter, and conditions in it: it is asked for each event. */
const maxLevels = 8;
const maxConditions = 100;

function levelsOf(filter: unknown): number {
  const inner = innerOf(filter);
  return inner.length === 0 ? 1 : 1 + Math.max(...inner.map(levelsOf));
}

function conditionsIn(filter: unknown): number {
  const inner = innerOf(filter);
  return inner.length === 0 ? 1 : inner.reduce<number>((sum, one) => sum + conditionsIn(one), 0);
}

function innerOf(filter: unknown): readonly unknown[] {
  if (typeof filter !== 'object' || filter === null) return [];
  if ('not' in filter) return [filter.not];
  const list = 'all' in filter ? filter.all : 'any' in filter ? filter.any : [];
  return Array.isArray(list) ? list : [];
}

/** A condition on an event's body and headers, or several: `{all: [{body: 'status', equals: 'paid'}, {not: {header: 'x-test', exists: true}}]}`. */
export const WebhookFilter: z.ZodType<WebhookFilter> = Tree.refine((filter) => levelsOf(filter) <= maxLevels, {
  error: `at most ${maxLevels} levels`,
}).refine((filter) => conditionsIn(filter) <= maxConditions, { error: `at most ${maxConditions} conditions` });

import type { Tool } from '@patchbay/contracts';
import type { Field } from '../wire/fields.ts';
import { stepsOf } from '../wire/fields.ts';

/** What a tool's pagination puts on the wire besides its parameters: the place of a page, and its size. */
export function pageFields({ response: { pagination } }: Tool): Field[] {
  if (pagination === undefined || pagination.kind === 'none') return [];
  const place = pagination.kind === 'link' ? 'query' : pagination.in;
  const field = (wire: string, more: Partial<Field>): Field => ({
    argument: wire,
    place,
    wire,
    path: stepsOf(wire),
    schema: {},
    required: false,
    ...more,
  });
  const { parameter: size, value } = pagination.page_size ?? {};
  return [
    ...(pagination.kind === 'link'
      ? []
      : [field(pagination.parameter, { schema: pagination.kind === 'cursor' ? {} : { type: 'integer' } })]),
    // A URL that the upstream hands out need not repeat the size.
    ...(size === undefined ? [] : [field(size, { schema: { type: 'integer' }, constant: { value } })]),
  ];
}

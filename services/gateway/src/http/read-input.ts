import { issuesOf, PatchbayError } from '@patchbay/contracts';
import { z } from 'zod';
import type { AnyRoute } from './http-route.ts';

export interface RouteInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Reads what a route takes out of a request. @throws PatchbayError `invalid_request` with every issue. */
export type ReadInput = (input: RouteInput) => RouteInput;

/** Worked out once for a route: which words of a query stand for numbers and the like. */
export function inputReader({ params, query, body }: AnyRoute): ReadInput {
  const kinds = query === undefined ? new Map<string, string>() : kindsOf(query);
  return (input) => {
    if (query === undefined && Object.keys(input.query as object).length > 0)
      throw invalid([{ path: 'query', message: 'this route takes no query' }]);
    return {
      params: params === undefined ? {} : parsed(params, input.params, 'path'),
      query: query === undefined ? {} : parsed(query, meant(input.query as Record<string, unknown>, kinds), 'query'),
      body: body === undefined ? undefined : parsed(body, input.body ?? {}, ''),
    };
  };
}

function parsed(schema: z.ZodType, value: unknown, root: string): unknown {
  const result = schema.safeParse(value);
  if (!result.success) throw invalid(issuesOf(result.error, root));
  return result.data;
}

function invalid(issues: readonly { path: string; message: string }[]): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: 'The request is not as the route takes it.',
    details: { issues },
  });
}

/** What a query's fields are, by JSON Schema type. */
function kindsOf(query: z.ZodObject): ReadonlyMap<string, string> {
  const { properties = {} } = z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' });
  return new Map(
    Object.entries(properties).flatMap(([name, schema]) =>
      typeof schema === 'object' && typeof schema.type === 'string' ? [[name, schema.type] as const] : [],
    ),
  );
}

/** A query is text: `5` and `true` are meant as what the field is. What is neither stays, and is refused as such. */
function meant(query: Record<string, unknown>, kinds: ReadonlyMap<string, string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => {
      const kind = kinds.get(name);
      if (kind === 'array') return [name, Array.isArray(value) ? value : [value]];
      if (typeof value !== 'string') return [name, value];
      if ((kind === 'integer' || kind === 'number') && /^-?\d{1,15}(\.\d+)?$/.test(value)) return [name, Number(value)];
      if (kind === 'boolean' && (value === 'true' || value === 'false')) return [name, value === 'true'];
      return [name, value];
    }),
  );
}

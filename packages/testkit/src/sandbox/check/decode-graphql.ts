import type { Arrival } from '../arrival.ts';
import type { Target } from '../route/target.ts';
import { decodeJson } from '../wire/decode-json.ts';
import type { Complain } from '../wire/decode-pairs.ts';
import type { BodyFailure } from './decode-body.ts';

/** A GraphQL request: the document of the tool letter by letter, its operation, and arguments in the variables alone. */
export function decodeGraphQl(
  arrival: Arrival,
  target: Target,
  into: Record<string, unknown>,
  complain: Complain,
): BodyFailure | null {
  const parsed = arrival.json();
  if ('error' in parsed) return { status: 400, message: parsed.error };
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { status: 400, message: 'the body must be a JSON object' };
  const { query, operationName, variables, ...rest } = value as Record<string, unknown>;
  for (const name of Object.keys(rest)) complain(name, 'has no place in a GraphQL request');
  if (query !== target.graphQl?.query) complain('query', 'is not the document of the tool');
  if (operationName !== target.graphQl?.operationName) complain('operationName', 'is not the operation of the tool');
  if (target.rootField !== null) into[target.rootField.argument] = variables;
  else decodeJson(variables, target.bodyTree, into, complain);
  return null;
}

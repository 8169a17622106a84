import { type Issue, issue } from './issue.ts';
import { isNode, type Node } from './spec/api-spec.ts';
import type { Operation } from './spec/find-operation.ts';
import { schemaErrors } from './spec/schema-errors.ts';
import { unknownFields } from './spec/unknown-fields.ts';
import { type Pair, readPairs } from './wire/pairs.ts';
import { pairsOf, styleOf, wireValue } from './wire/parameter-value.ts';

/** Headers that OpenAPI leaves out of parameters (3.0, "Parameter Object"). */
const ownOfHttp = new Set(['accept', 'content-type', 'authorization']);

/** Holds path, query and headers of a request against the operation's parameters. `credentialNames` may be in either. */
export function checkParameters(
  root: Node,
  operation: Operation,
  request: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  credentialNames: ReadonlySet<string>,
): Issue[] {
  const inPlace = (place: string) => operation.parameters.filter((one) => one['in'] === place);
  return [
    ...inPlace('path').flatMap((parameter) => checkPath(root, parameter, operation.pathValues)),
    ...checkQuery(root, inPlace('query'), readPairs(new URL(request.url).search.slice(1)), credentialNames),
    ...inPlace('header').flatMap((parameter) => checkHeader(root, parameter, request.headers, credentialNames)),
  ];
}

function checkPath(root: Node, parameter: Node, values: ReadonlyMap<string, string>): Issue[] {
  const name = String(parameter['name']);
  const value = values.get(name);
  // Some documents list a path parameter that their path does not have.
  return value === undefined ? [] : valueIssues(root, `path ${name}`, parameter['schema'], value);
}

function checkQuery(
  root: Node,
  parameters: readonly Node[],
  pairs: readonly Pair[],
  credentialNames: ReadonlySet<string>,
): Issue[] {
  const used = new Set<Pair>();
  const issues = parameters.flatMap((parameter) => {
    const name = String(parameter['name']);
    const where = `query ${name}`;
    const content = isNode(parameter['content']) ? Object.values(parameter['content'])[0] : undefined;
    const schema = isNode(content) ? content['schema'] : parameter['schema'];
    const own = pairsOf(root, name, schema, styleOf(parameter), pairs);
    for (const pair of own) used.add(pair);
    if (own.length === 0) {
      if (parameter['required'] !== true || credentialNames.has(name.toLowerCase())) return [];
      return [issue(where, 'missing', 'is required')];
    }
    if (content !== undefined) return valueIssues(root, where, schema, parsed(own[0]?.value ?? ''));
    const value = wireValue(root, name, schema, styleOf(parameter), own);
    if (value === undefined) {
      const { style, explode } = styleOf(parameter);
      return [issue(where, 'style', `is not written as ${style}${explode ? ', exploded' : ''}`)];
    }
    return valueIssues(root, where, schema, value);
  });
  const unknown = pairs.filter((pair) => !used.has(pair) && !credentialNames.has(pair.name.toLowerCase()));
  return [
    ...issues,
    ...unknown.map(({ name }) => issue(`query ${name}`, 'unknown', 'the operation has no such parameter')),
  ];
}

function checkHeader(
  root: Node,
  parameter: Node,
  headers: Readonly<Record<string, string>>,
  credentialNames: ReadonlySet<string>,
): Issue[] {
  const name = String(parameter['name']).toLowerCase();
  if (ownOfHttp.has(name) || credentialNames.has(name)) return [];
  const value = headers[name];
  if (value !== undefined) return valueIssues(root, `header ${name}`, parameter['schema'], value);
  return parameter['required'] === true ? [issue(`header ${name}`, 'missing', 'is required')] : [];
}

/** Issues of a value whose scalars were text on the wire. */
export function valueIssues(root: Node, where: string, schema: unknown, value: unknown): Issue[] {
  return [
    ...schemaErrors(root, schema ?? {}, value, { text: true }).map(({ path, message }) =>
      issue(where, 'value', path === '' ? message : `${path} ${message}`),
    ),
    ...unknownFields(root, schema ?? {}, value).map((field) => issue(where, 'unknown', `has no field ${field}`)),
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

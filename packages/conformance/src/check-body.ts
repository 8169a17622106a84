import { valueIssues } from './check-parameters.ts';
import { type Issue, issue } from './issue.ts';
import { type ApiSpec, isNode, type Node, resolve } from './spec/api-spec.ts';
import type { Operation } from './spec/find-operation.ts';
import { schemaErrors } from './spec/schema-errors.ts';
import { unknownFields } from './spec/unknown-fields.ts';
import { readParts } from './wire/multipart-parts.ts';
import { readPairs } from './wire/pairs.ts';
import { kindOf, pairsOf, type Style, styleOf, wireValue } from './wire/parameter-value.ts';

/** Holds a request's body against the operation's: its type, that it is there, its fields and their values. */
export function checkBody(
  { root, mediaTypes }: ApiSpec,
  operation: Operation,
  body: Uint8Array | string | null,
  contentType: string | undefined,
): Issue[] {
  const described = resolve(root, operation.node['requestBody']);
  const content = isNode(described['content']) ? described['content'] : {};
  if (body === null || body.length === 0)
    return described['required'] === true ? [issue('body', 'missing', 'is required')] : [];
  const types = Object.keys(content);
  if (types.length === 0) return describesBodies(root) ? [issue('body', 'unknown', 'the operation takes none')] : [];
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const own = mediaType(types, type);
  const other =
    own === undefined && !mediaTypes.includes(type)
      ? [issue('media type', 'value', `${type || 'none'} is none of ${types.join(', ')}`)]
      : [];
  // The fields of one encoding are those of another: what is written otherwise is looked at all the same.
  const media = resolve(root, content[own ?? types[0] ?? '']);
  return [...other, ...checkAs(root, media, type, body, contentType ?? '')];
}

function checkAs(root: Node, media: Node, type: string, body: Uint8Array | string, contentType: string): Issue[] {
  const schema = media['schema'];
  // A document that says nothing of a body's fields has nothing to be held against.
  if (schema === undefined) return [];
  if (type === 'application/x-www-form-urlencoded') return checkForm(root, schema, media, text(body));
  if (type === 'multipart/form-data') return checkMultipart(root, schema, body, contentType);
  if (type.includes('json')) return checkJson(root, schema, text(body));
  return [];
}

const describing = new WeakMap<Node, boolean>();

/** Some documents describe what is sent nowhere; drchrono's lists the fields of bodies among those of queries. */
function describesBodies(root: Node): boolean {
  const known = describing.get(root);
  if (known !== undefined) return known;
  const items = Object.values(isNode(root['paths']) ? root['paths'] : {}).filter(isNode);
  const found = items.some((item) =>
    Object.values(item).some((one) => isNode(one) && one['requestBody'] !== undefined),
  );
  describing.set(root, found);
  return found;
}

function mediaType(types: readonly string[], type: string): string | undefined {
  const named = types.find((one) => one.split(';', 1)[0]?.trim().toLowerCase() === type);
  const family = `${type.split('/')[0]}/*`;
  return named ?? types.find((one) => one === family) ?? types.find((one) => one === '*/*');
}

function text(body: Uint8Array | string): string {
  return typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
}

function checkJson(root: Node, schema: unknown, body: string): Issue[] {
  const value: unknown = JSON.parse(body);
  return [
    ...schemaErrors(root, schema, value).map(({ path, message, missing }) =>
      issue(`body ${path}`.trim(), missing ? 'missing' : 'value', message),
    ),
    ...unknownFields(root, schema, value).map((field) =>
      issue(`body ${field}`, 'unknown', 'the operation has no such field'),
    ),
  ];
}

function checkForm(root: Node, schema: unknown, media: Node, body: string): Issue[] {
  const fields = propertiesOf(root, schema);
  const encoding = isNode(media['encoding']) ? media['encoding'] : {};
  const pairs = readPairs(body);
  const names = [...new Set(pairs.map(({ name }) => name.split('[', 1)[0] ?? name))];
  return [
    ...required(root, schema, new Set(pairs.map(({ name }) => name).concat(names))),
    ...names.flatMap((name) => {
      // Some documents write the brackets into the name of the field.
      const field = [name, ...pairs.map((pair) => pair.name)].find((one) => fields.has(one) && one.startsWith(name));
      const where = `body ${name}`;
      if (field === undefined)
        return fields.size > 0 ? [issue(where, 'unknown', 'the operation has no such field')] : [];
      const how: Style = styleOf(resolve(root, encoding[field]));
      const own = pairsOf(root, field, fields.get(field), how, pairs);
      const value = wireValue(root, field, fields.get(field), how, own);
      if (value === undefined)
        return [issue(where, 'style', `is not written as ${how.style}${how.explode ? ', exploded' : ''}`)];
      return valueIssues(root, where, fields.get(field), value);
    }),
  ];
}

function checkMultipart(root: Node, schema: unknown, body: Uint8Array | string, contentType: string): Issue[] {
  const fields = propertiesOf(root, schema);
  const parts = readParts(body, contentType);
  return [
    ...required(root, schema, new Set(parts.map(({ name }) => name))),
    ...parts.flatMap(({ name, filename, text: value }) => {
      const where = `body ${name}`;
      const field = fields.get(name);
      if (field === undefined)
        return fields.size > 0 ? [issue(where, 'unknown', 'the operation has no such field')] : [];
      if (filename !== null) return [];
      const kind = kindOf(root, field);
      // An object is written as JSON (OpenAPI 3.0, "Considerations for multipart content"); a list repeats its name.
      if (kind === 'object') return valueIssues(root, where, field, parse(value));
      if (kind === 'array') return valueIssues(root, where, field, [value]);
      return valueIssues(root, where, field, value);
    }),
  ];
}

/** Properties that the schema lists, here or in its parts. */
function propertiesOf(root: Node, given: unknown, depth = 0): Map<string, unknown> {
  const schema = resolve(root, given);
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) =>
    Array.isArray(schema[keyword]) ? schema[keyword] : [],
  );
  const below = depth > 5 ? [] : parts.flatMap((part) => [...propertiesOf(root, part, depth + 1)]);
  const own = isNode(schema['properties']) ? Object.entries(schema['properties']) : [];
  return new Map([...below, ...own]);
}

function required(root: Node, given: unknown, present: ReadonlySet<string>): Issue[] {
  const schema = resolve(root, given);
  const own = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  const parts = Array.isArray(schema['allOf']) ? schema['allOf'] : [];
  return [
    ...own.filter((name) => !present.has(name)).map((name) => issue(`body ${name}`, 'missing', 'is required')),
    ...parts.flatMap((part) => required(root, part, present)),
  ];
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

import type { Example, HttpRequest, IntegrationDocument, Parameter, Step, Tool } from '@patchbay/contracts';
import { authorise } from './example-credential.fixture.ts';
import type { Call } from './http-client.fixture.ts';

/**
 * Writes by hand, from the contract's words alone, the calls that an example of a tool makes. It shares nothing with the
 * sandbox, which reads them, nor with the execution engine, which writes them in production.
 */
export function exampleCalls(document: IntegrationDocument, tool: Tool, example: Example, token?: string): Call[] {
  const base = { document, tool, example, token };
  if (tool.steps === undefined)
    return [write({ ...base, request: tool.request as HttpRequest, parameters: tool.parameters, step: null })];
  return tool.steps
    .filter((step) => example.responses?.[step.id] !== undefined)
    .map((step) => write({ ...base, request: step.request, parameters: step.parameters, step }));
}

interface Writing {
  readonly document: IntegrationDocument;
  readonly tool: Tool;
  readonly example: Example;
  /** What is shown where a credential is exchanged for it. */
  readonly token: string | undefined;
  readonly request: HttpRequest;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly step: Step | null;
}

type GraphQL = NonNullable<HttpRequest['graphql']>;

const key = '0123456789abcdef0123456789abcdef';

/** Any moment, in each of its forms. */
const clock: Record<string, string | number> = {
  now: '2026-03-02T20:00:00Z',
  date: '2026-03-02',
  unix: 1_772_481_600,
  unix_ms: 1_772_481_600_000,
};

function write(w: Writing): Call {
  const { document, tool, request, step } = w;
  const fill = (text: string) => text.replace(/\{([a-z0-9_]+)\}/g, (_, name: string) => variable(document, name));
  const handedOut = step?.url_from === undefined ? null : String(lookUp(w, step.url_from));
  const url = new URL(fill(handedOut ?? request.base_url ?? document.base_url));
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...document.headers, ...request.headers }))
    headers[name.toLowerCase()] = fill(value);
  const query = Object.entries(request.query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(fill(value))}`,
  );
  const cookies: string[] = [];
  let path = handedOut === null ? url.pathname.replace(/\/$/, '') + request.path : url.pathname;
  const body: Record<string, unknown> = {};
  let root: unknown;
  for (const [name, parameter] of Object.entries(w.parameters)) {
    const value = sentValue(w, name, parameter);
    if (value === undefined) continue;
    const place =
      parameter['x-in'] ??
      (path.includes(`{${name}}`) ? 'path' : /^(GET|HEAD|DELETE)$/.test(request.method) ? 'query' : 'body');
    const wire = parameter['x-name'] ?? name;
    if (place === 'path')
      path = path.replace(
        `{${name}}`,
        [value]
          .flat()
          .map((item) => encodeURIComponent(String(item)))
          .join(','),
      );
    else if (place === 'query')
      query.push(...pairs(wire, value, parameter).map(([n, v]) => `${encodeURIComponent(n)}=${encodeURIComponent(v)}`));
    else if (place === 'header') headers[wire.toLowerCase()] = [value].flat().join(',');
    else if (place === 'cookie') cookies.push(`${wire}=${encodeURIComponent(String(value))}`);
    else if (place === 'body_root') root = value;
    else if (place === 'body') body[name] = value;
  }
  path = fill(path);
  if (tool.idempotency.kind === 'header' && tool.risk !== 'read')
    headers[(tool.idempotency.name ?? 'Idempotency-Key').toLowerCase()] = key;
  if (tool.idempotency.kind === 'query' && tool.risk !== 'read' && step === null)
    query.push(`${tool.idempotency.name}=${key}`);
  const keyField =
    tool.idempotency.kind === 'field' && tool.risk !== 'read' && step === null ? tool.idempotency.name : undefined;
  const query2 = authorise(document, step, headers, w.token);
  const encoded = encodeBody(w, body, root, keyField);
  if (encoded !== null) headers['content-type'] ??= encoded.type;
  if (cookies.length > 0) headers.cookie = cookies.join('; ');
  const search = [handedOut === null ? '' : url.search.slice(1), ...query, ...query2]
    .filter((part) => part !== '')
    .join('&');
  return {
    method: request.method,
    host: url.host,
    path: search === '' ? path : `${path}?${search}`,
    headers,
    ...(encoded === null ? {} : { body: encoded.bytes }),
  };
}

function encodeBody(
  w: Writing,
  body: Record<string, unknown>,
  root: unknown,
  keyField: string | undefined,
): { type: string; bytes: string | Uint8Array } | null {
  const kind =
    w.request.body ?? (Object.keys(body).length > 0 || keyField !== undefined || root !== undefined ? 'json' : 'none');
  const wire = (name: string) => w.parameters[name]?.['x-name'] ?? name;
  if (kind === 'none') return null;
  if (kind === 'raw') return { type: 'text/plain', bytes: typeof root === 'string' ? root : fileBytes(root) };
  if (kind === 'json') {
    const isList = Object.keys(body).some((name) => wire(name).startsWith('[') && !wire(name).startsWith("['"));
    const written: Record<string, unknown> = isList ? ([] as never) : {};
    for (const [name, value] of Object.entries(body)) put(written, wire(name), value);
    if (keyField !== undefined) put(written, keyField, key);
    return { type: 'application/json', bytes: JSON.stringify(root ?? written) };
  }
  if (kind === 'graphql') {
    const variables: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(body)) put(variables, wire(name), value);
    const { document: query, operation_name: named } = w.request.graphql as GraphQL;
    const operationName = named ?? /(?:query|mutation)\s+(\w+)/.exec(query)?.[1];
    return { type: 'application/json', bytes: JSON.stringify({ query, operationName, variables }) };
  }
  const all = Object.entries(body).flatMap(([name, value]) => pairs(wire(name), value, w.parameters[name] ?? {}));
  if (keyField !== undefined) all.push([keyField, key]);
  if (kind === 'form') return { type: 'application/x-www-form-urlencoded', bytes: new URLSearchParams(all).toString() };
  const parts = Object.entries(body).flatMap(([name, value]) =>
    [value].flat().map((item) => {
      const file = typeof item === 'object' && item !== null;
      const head = `--zz\r\nContent-Disposition: form-data; name="${wire(name)}"${file ? `; filename="${(item as { filename?: string }).filename ?? 'file'}"\r\nContent-Type: ${(item as { content_type?: string }).content_type ?? 'application/octet-stream'}` : ''}`;
      return Buffer.concat([
        Buffer.from(`${head}\r\n\r\n`),
        file ? fileBytes(item) : Buffer.from(String(item)),
        Buffer.from('\r\n'),
      ]);
    }),
  );
  return { type: 'multipart/form-data; boundary=zz', bytes: Buffer.concat([...parts, Buffer.from('--zz--\r\n')]) };
}

function fileBytes(file: unknown): Buffer {
  const { text, content_base64: encoded } = file as { text?: string; content_base64?: string };
  return text === undefined ? Buffer.from(encoded ?? '', 'base64') : Buffer.from(text);
}

/** Sets `a.b[0].c`, and spreads a list over `a[].b`. */
function put(target: Record<string, unknown>, name: string, value: unknown): void {
  const spread = /^(.*?)\[\](?:\.(.*))?$/.exec(name);
  if (spread !== null) {
    const items = (value as unknown[]).map((item) => {
      if (spread[2] === undefined) return item;
      const element = {};
      put(element, spread[2], item);
      return element;
    });
    put(target, spread[1] as string, items);
    return;
  }
  const steps = [...name.matchAll(/\['([^']+)'\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, place, plain]) =>
    place === undefined ? (quoted ?? plain ?? '') : `#${place}`,
  );
  // biome-ignore lint/suspicious/noExplicitAny: objects and lists by turns
  let node: any = target;
  for (const [index, step] of steps.entries()) {
    const place = step.startsWith('#') ? Number(step.slice(1)) : step;
    if (index === steps.length - 1) node[place] = value;
    else node = node[place] ??= steps[index + 1]?.startsWith('#') ? [] : {};
  }
}

function pairs(name: string, value: unknown, parameter: Parameter, depth = 0): [string, string][] {
  const style = parameter['x-array-style'] ?? 'repeat';
  if (Array.isArray(value)) {
    const separator = { comma: ',', space: ' ', pipe: '|' }[style as string];
    if (separator !== undefined) return [[name, value.join(separator)]];
    return value.flatMap((item, index) => {
      const suffix = typeof item === 'object' ? `[${index}]` : style === 'brackets' || depth > 0 ? '[]' : '';
      return pairs(name + suffix, item, parameter, depth + 1);
    });
  }
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  const objectStyle = parameter['x-object-style'] ?? 'deep';
  if (objectStyle === 'json') return [[name, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([member, inner]) =>
    pairs(
      objectStyle === 'dots' ? `${name}.${member}` : objectStyle === 'form' ? member : `${name}[${member}]`,
      inner,
      parameter,
      depth + 1,
    ),
  );
}

function sentValue(w: Writing, name: string, parameter: Parameter): unknown {
  const when = parameter['x-when'];
  if (when !== undefined && argument(w, when) === undefined) return undefined;
  if ('x-const' in parameter) return parameter['x-const'];
  if (parameter['x-from'] !== undefined) return lookUp(w, parameter['x-from']);
  if (parameter['x-template'] !== undefined) return render(w, parameter['x-template']);
  return argument(w, name);
}

function argument(w: Writing, name: string): unknown {
  const declared = w.tool.parameters[name];
  const given = w.example.arguments[name];
  const value = given === undefined ? declared?.default : given;
  return value === null && ![declared?.type].flat().includes('null') ? undefined : value;
}

function lookUp(w: Writing, reference: string): unknown {
  const [origin, name = '', ...path] = reference.split('.');
  if (origin === 'clock') return clock[name];
  if (origin === 'argument') return argument(w, name);
  if (origin === 'connection') return variable(w.document, name);
  return path
    .join('.')
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
    .reduce<unknown>(
      (value, step) => (value as Record<string, unknown> | undefined)?.[step],
      w.example.responses?.[name]?.body,
    );
}

function variable(document: IntegrationDocument, name: string): string {
  const declared = document.variables?.[name];
  return declared?.example ?? declared?.default ?? name;
}

const filters: Record<string, (text: string) => string> = {
  soql: (text) => text.replace(/[\\']/g, '\\$&'),
  soql_like: (text) => text.replace(/[\\'%_]/g, '\\$&'),
  jql: (text) => text.replace(/[\\"']/g, '\\$&'),
  odata: (text) => text.replaceAll("'", "''"),
  unix: (text) => String(Math.floor(Date.parse(text) / 1000)),
  unix_ms: (text) => String(Date.parse(text)),
  utc: (text) => new Date(text).toISOString().slice(0, 19),
  byte_length: (text) => String(Buffer.byteLength(text)),
  json: (text) => JSON.stringify(text),
  url: encodeURIComponent,
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  line: (text) => text.replace(/\s+/g, ' '),
};

function render(w: Writing, template: string): string | undefined {
  const missing: string[] = [];
  const text = template.replace(
    /\{\{|\}\}|\{([^{}|]+)((?:\|[^{}|]+)*)\}/g,
    (whole, name: string | undefined, chain = '') => {
      if (name === undefined) return whole[0] as string;
      const declared = w.document.variables?.[name];
      const value = argument(w, name) ?? declared?.example ?? declared?.default;
      if (value === undefined) return String(missing.push(name));
      return String(chain)
        .split('|')
        .slice(1)
        .reduce((result, filter) => (filters[filter] as (text: string) => string)(result), String(value));
    },
  );
  return missing.length > 0 ? undefined : text;
}

import { Category, type IntegrationDocumentInput, type Issue, SingleToolDocument } from '@patchbay/contracts';
import { type Finding, finding } from './finding.ts';
import { shapeFindings } from './shape-findings.ts';

/** A single-tool document turned into an integration document, and the way back for paths. */
export interface ConvertedSingleTool {
  readonly document: IntegrationDocumentInput;
  readonly warnings: Issue[];
  /** Where a path of the integration document stands in the input. */
  readonly inputPath: (path: readonly PropertyKey[]) => PropertyKey[];
}

const knownFields = new Set(Object.keys(SingleToolDocument.shape));
const endpointFields = new Set(['method', 'path', 'description', 'parameters']);
const riskOf: Record<string, 'read' | 'destructive'> = { GET: 'read', HEAD: 'read', DELETE: 'destructive' };

/**
 * Reads the original specification's form. Fields it does not know give a warning rather than an error, so that a document
 * written for the specification registers as it stands; nothing that would change a request is dropped in silence.
 */
export function convertSingleTool(input: unknown): ConvertedSingleTool | readonly Finding[] {
  const parsed = SingleToolDocument.safeParse(input);
  if (!parsed.success) return shapeFindings(parsed.error, SingleToolDocument, input);
  const source = parsed.data;
  const endpoints = Object.entries(source.endpoints);
  const keys = new Map<string, string>();
  for (const [name] of endpoints) {
    const key = toolKey(name);
    if (key === undefined)
      return [finding(['endpoints', name], 'expected a name of letters, digits and underscores, at most 40')];
    if (keys.has(key))
      return [finding(['endpoints', name], `the same name as endpoint ${keys.get(key)} once written in lower case`)];
    keys.set(key, name);
  }
  const category = Category.safeParse(source.category);
  const warnings = unknownFields(source);
  if (!category.success)
    warnings.push({ path: 'category', message: `'${source.category}' is not a known category; filed under other` });

  const document: IntegrationDocumentInput = {
    id: source.id,
    name: source.name,
    version: source.version,
    category: category.success ? category.data : 'other',
    description: source.description,
    base_url: source.base_url,
    auth: { type: source.auth_type },
    ...(source.rate_limits === undefined ? {} : { rate_limits: source.rate_limits }),
    ...(source.timeout === undefined ? {} : { timeout_ms: source.timeout }),
    ...(source.retry_config === undefined ? {} : { retry: source.retry_config }),
    // The form cannot say what a failure looks like. `ok: false` in a 200 answer (Slack, Telegram) is never a success.
    errors: [{ when: 'ok = false', code: 'upstream_error', message: 'error' }],
    tools: Object.fromEntries(
      endpoints.map(([name, endpoint]) => [toolKey(name), toolOf(source, name, endpoint, endpoints.length === 1)]),
    ),
  };
  return { document, warnings, inputPath: (path) => toInputPath(path, keys) };
}

/** `getUser`, `get-user` and `Get user` all give `get_user`. */
function toolKey(name: string): string | undefined {
  const key = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
  return /^[a-z][a-z0-9_]{0,39}$/.test(key) ? key : undefined;
}

function toolOf(
  source: SingleToolDocument,
  name: string,
  endpoint: SingleToolDocument['endpoints'][string],
  only: boolean,
) {
  const method = endpoint.method.toUpperCase() as 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  const risk = riskOf[method] ?? 'write';
  return {
    // With one endpoint the document's id is the name agents call.
    ...(only ? { name: source.id } : {}),
    title: only ? source.name : `${source.name}: ${name}`.slice(0, 80),
    description:
      endpoint.description ?? (only ? source.description : `${source.description} (${name})`.slice(0, 2_000)),
    risk,
    idempotency: { kind: risk === 'read' ? ('natural' as const) : ('none' as const) },
    request: { method, path: endpoint.path },
    parameters: endpoint.parameters,
  };
}

function unknownFields(source: SingleToolDocument): Issue[] {
  const top = Object.keys(source).filter((field) => !knownFields.has(field));
  const inner = Object.entries(source.endpoints).flatMap(([name, endpoint]) =>
    Object.keys(endpoint)
      .filter((field) => !endpointFields.has(field))
      .map((field) => `endpoints.${name}.${field}`),
  );
  return [...top, ...inner].map((path) => ({
    path,
    message: 'this form of document has no such field; it is ignored',
  }));
}

const fieldNames: Record<string, string> = { timeout_ms: 'timeout', retry: 'retry_config' };

function toInputPath(path: readonly PropertyKey[], keys: ReadonlyMap<string, string>): PropertyKey[] {
  const [field, key, ...rest] = path;
  if (field === 'auth') return ['auth_type'];
  if (field !== 'tools') return field === undefined ? [] : [fieldNames[String(field)] ?? field, ...path.slice(1)];
  if (key === undefined) return ['endpoints'];
  if (rest[0] === 'name') return ['id'];
  return ['endpoints', keys.get(String(key)) ?? key, ...(rest[0] === 'request' ? rest.slice(1) : rest)];
}

import type { Example, HttpRequest, IntegrationDocument, Parameter, Step, Tool } from '@patchbay/contracts';
import { readGraphQl } from '@patchbay/contracts';
import { type PreparedExample, preparedExamples } from '../answer/prepared-example.ts';
import { stepsOfPath } from '../answer/value-at.ts';
import { type ArgumentCheck, argumentCheckOf } from '../check/argument-check.ts';
import { type CredentialRule, credentialRuleOf } from '../check/credential-rule.ts';
import { type BodyTree, bodyTree } from '../wire/decode-json.ts';
import { PairNames } from '../wire/decode-pairs.ts';
import { type Field, stepsOf } from '../wire/fields.ts';
import { fieldOf } from './field-of.ts';
import { type HostTest, hostTest, placeholder, splitUrl } from './host-pattern.ts';
import { pageFields } from './page-fields.ts';
import { type PathPattern, pathPattern } from './path-pattern.ts';
import type { WebhookPart } from './webhook-target.ts';

/** A header or query value every call of a target carries; with placeholders only what stands before the first is known. */
export interface FixedValue {
  readonly name: string;
  readonly text: string;
  readonly exact: boolean;
}

/** One HTTP call of one tool: a tool's request, or one of its steps. */
export interface Target {
  readonly integration: string;
  readonly version: string;
  /** Callable name. */
  readonly tool: string;
  readonly step: string | null;
  readonly method: string;
  readonly host: string;
  readonly hostTest: HostTest;
  readonly path: PathPattern;
  /** Full query that must be there too, for a URL handed out by an earlier step. */
  readonly urlQuery: string;
  readonly risk: Tool['risk'];
  /** Accepting it is a side effect. */
  readonly hasEffect: boolean;
  /** `required`: a call that has an effect must carry a key. Which of several steps takes it, a document does not say. */
  readonly idempotency: {
    readonly kind: Tool['idempotency']['kind'];
    readonly name: string;
    readonly path: readonly string[];
    readonly required: boolean;
  };
  readonly bodyKind: 'json' | 'form' | 'multipart' | 'raw' | 'graphql' | 'none';
  /** What a GraphQL body must say besides its variables. */
  readonly graphQl: { readonly query: string; readonly operationName: string | undefined } | null;
  /** Media type a body must have; null accepts any. */
  readonly contentType: string | null;
  readonly fields: readonly Field[];
  readonly pathFields: ReadonlyMap<string, Field>;
  readonly headerFields: readonly Field[];
  readonly cookieFields: PairNames;
  readonly queryNames: PairNames;
  readonly bodyNames: PairNames;
  readonly bodyTree: BodyTree;
  readonly rootField: Field | null;
  readonly fixedHeaders: readonly FixedValue[];
  readonly fixedQuery: readonly FixedValue[];
  /** Query names dealt with outside the parameters. */
  readonly queryIgnored: ReadonlySet<string>;
  readonly bodyIgnored: ReadonlySet<string>;
  readonly credential: CredentialRule;
  /** False for a step with `auth: false`. */
  readonly takesCredential: boolean;
  readonly check: ArgumentCheck;
  readonly examples: readonly PreparedExample[];
  /** Set for a request about webhooks, which no tool makes. */
  readonly webhook?: WebhookPart;
}

export interface TargetSource {
  readonly document: IntegrationDocument;
  readonly toolName: string;
  readonly tool: Tool;
  readonly step: Step | null;
  readonly examples: readonly Example[];
  /** Where a `url_from` step goes: one of the URLs that the examples hand out. */
  readonly url?: string;
}

const mediaTypes = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data',
  raw: null,
  graphql: 'application/json',
  none: null,
} as const;
const bodilessMethods = new Set(['GET', 'HEAD', 'DELETE']);

/** Compiles one call of a tool into what the sandbox checks requests against. */
export function targetOf(source: TargetSource): Target {
  const { document, tool, step } = source;
  const request = step?.request ?? tool.request;
  if (request === undefined) throw new TypeError(`${source.toolName} has neither a request nor steps`);
  const variables = document.variables ?? {};
  const base = splitUrl(source.url ?? request.base_url ?? document.base_url);
  const query = source.url?.split('#')[0]?.split('?')[1] ?? '';
  const path =
    source.url === undefined ? `${base.path.replace(/\/+$/, '')}${request.path}` : base.path === '' ? '/' : base.path;
  const pattern = pathPattern(path, variables);
  const fields = [...fieldsOf(source, pattern.names, request.method)];
  for (const field of pageFields(tool)) if (!fields.some(({ wire }) => wire === field.wire)) fields.push(field);
  const at = (place: Field['place']) => fields.filter((field) => field.place === place);
  const bodyFields = at('body');
  const rootField = at('body_root')[0] ?? null;
  const credentialNames = step?.auth === false ? [] : Object.keys(document.auth.body ?? {});
  const fills = bodyFields.length > 0 || rootField !== null || credentialNames.length > 0;
  const bodyKind = request.body ?? (fills ? 'json' : 'none');
  const headers = fixedValues({ ...lowerKeys(document.headers), ...lowerKeys(request.headers) });
  const declaredType =
    headers.find((header) => header.name === 'content-type')?.text ?? rootField?.schema.contentMediaType;
  const fixedQuery = fixedValues(request.query ?? {});
  const credential = credentialRuleOf(document);
  const key = idempotencyOf(tool);
  return {
    integration: document.id,
    version: document.version,
    tool: source.toolName,
    step: step?.id ?? null,
    method: request.method,
    host: base.host,
    hostTest: hostTest(base.host, variables),
    path: pattern,
    urlQuery: query,
    risk: tool.risk,
    hasEffect: tool.risk !== 'read' && (step === null || !(request.method === 'GET' || request.method === 'HEAD')),
    idempotency: key,
    bodyKind,
    graphQl: graphQlOf(request),
    contentType:
      typeof declaredType === 'string' ? (declaredType.split(';')[0] ?? '').trim().toLowerCase() : mediaTypes[bodyKind],
    fields,
    pathFields: new Map(
      at('path').flatMap(
        (field) =>
          [
            [field.argument, field],
            [field.wire, field],
          ] as const,
      ),
    ),
    headerFields: at('header'),
    cookieFields: new PairNames(at('cookie')),
    queryNames: new PairNames(at('query')),
    bodyNames: new PairNames(bodyFields),
    bodyTree: bodyTree(bodyFields, [
      ...credentialNames.map((name) => name.split('.')),
      ...(key.kind === 'field' ? [stepsOf(key.name)] : []),
    ]),
    rootField,
    fixedHeaders: headers.filter((header) => header.name !== 'content-type'),
    fixedQuery,
    queryIgnored: new Set([
      ...fixedQuery.map((value) => value.name),
      ...credential.queryNames,
      ...(key.kind === 'query' ? [key.name] : []),
    ]),
    bodyIgnored: new Set([
      ...credentialNames,
      ...(key.kind === 'field' && !bodyFields.some((field) => field.wire === key.name) ? [key.name] : []),
    ]),
    credential,
    takesCredential: step?.auth !== false && document.auth.type !== 'none',
    check: argumentCheckOf(fields),
    examples: preparedExamples(source, fields),
  };
}

function fieldsOf({ tool, step }: TargetSource, pathNames: readonly string[], method: string): Field[] {
  return Object.entries(step?.parameters ?? tool.parameters).flatMap(([name, parameter]) => {
    const declared = step === null ? parameter : { ...argumentSchema(tool.parameters[name], parameter), ...parameter };
    const field = fieldOf(name, declared, { pathNames, bodiless: bodilessMethods.has(method) });
    return field === null ? [] : [field];
  });
}

/** What a step's parameter takes over from the tool's argument of the same name: its schema, not where it goes. */
function argumentSchema(argument: Parameter | undefined, parameter: Parameter): Partial<Parameter> {
  if (argument === undefined || ['x-const', 'x-template', 'x-from', 'x-mail'].some((keyword) => keyword in parameter))
    return {};
  return Object.fromEntries(Object.entries(argument).filter(([keyword]) => !keyword.startsWith('x-')));
}

function idempotencyOf(tool: Tool): Target['idempotency'] {
  const name = tool.idempotency.name ?? (tool.idempotency.kind === 'header' ? 'Idempotency-Key' : '');
  return {
    kind: tool.idempotency.kind,
    name: tool.idempotency.kind === 'header' ? name.toLowerCase() : name,
    path: stepsOfPath(name),
    required:
      tool.risk !== 'read' && tool.steps === undefined && ['header', 'field', 'query'].includes(tool.idempotency.kind),
  };
}

function graphQlOf({ graphql }: HttpRequest): Target['graphQl'] {
  if (graphql === undefined) return null;
  const operation = readGraphQl(graphql.document, graphql.operation_name);
  return {
    query: graphql.document,
    operationName: typeof operation === 'string' ? undefined : (operation.name ?? undefined),
  };
}

function lowerKeys(values: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name.toLowerCase(), value]));
}

function fixedValues(values: Readonly<Record<string, string>>): FixedValue[] {
  return Object.entries(values).map(([name, text]) => {
    const first = text.search(placeholder);
    return { name, text: first === -1 ? text : text.slice(0, first), exact: first === -1 };
  });
}

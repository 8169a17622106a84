import type { HttpRequest, IntegrationDocument, Parameter, Step, Tool } from '@patchbay/contracts';
import { maxFileBytes } from '@patchbay/contracts';
import type { Effect } from '../attempts/verdict.ts';
import { pathMarkerOf } from '../auth/auth-plan.ts';
import { parseDataPath } from '../paths/data-path.ts';
import type { BaseUrl } from '../request/base-url.ts';
import { compileBaseUrl } from '../request/base-url.ts';
import type { PairField } from '../request/form-pairs.ts';
import type { HeaderPlan } from '../request/headers.ts';
import { compileHeaders } from '../request/headers.ts';
import { hostIsListed } from '../request/hosts.ts';
import type { StepPlan } from '../request/step-plan.ts';
import { parseTemplate, staticText } from '../request/template.ts';
import type { ValueSource } from '../request/value-source.ts';
import { variableLookup } from '../request/variables.ts';
import { compileErrorRules } from '../response/error-rule.ts';
import { graphQlRules } from '../response/graphql-errors.ts';
import { acceptedTypes, compileStream } from '../streaming/stream-plan.ts';
import { graphQlAccept, graphQlOperationOf } from './compile-graphql.ts';
import { compileMcp } from './compile-mcp.ts';
import type { PaginationPlan } from './compile-pagination.ts';
import { compilePagination } from './compile-pagination.ts';
import { compilePath, pathNamesOf } from './compile-path.ts';
import { compilePlacement } from './compile-placement.ts';
import type { DocumentPlan } from './document-plan.ts';
import { createNameScope, isHidden } from './name-scope.ts';
import { bodyKindOf, placeParameters } from './place-parameters.ts';
import type { Report } from './report.ts';

export interface StepInput {
  readonly document: IntegrationDocument;
  readonly plan: DocumentPlan & { readonly base: BaseUrl };
  readonly tool: Tool;
  readonly toolName: string;
  /** `null` for a tool of one request. */
  readonly step: Step | null;
  readonly earlierSteps: readonly string[];
  readonly report: Report;
  /** Path of the tool in the document, and of the part that holds `request`. */
  readonly toolAt: string;
  readonly at: string;
}

/** Sent unless the document says otherwise. */
const defaultHeaders = { accept: 'application/json, */*;q=0.5', 'user-agent': 'patchbay' };
const bodyTypes = {
  json: 'application/json',
  graphql: 'application/json',
  form: 'application/x-www-form-urlencoded',
} as const;

/** Compiles one request of a tool. */
export function compileStep(input: StepInput): {
  step: StepPlan;
  pagination: PaginationPlan | null;
  needsConnection: boolean;
} {
  const { document, plan, tool, step, report, at, toolAt } = input;
  const request = (step ?? tool).request as HttpRequest;
  const parameters = step === null ? tool.parameters : stepParameters(step, tool, report, at);
  const scope = createNameScope({
    toolParameters: tool.parameters,
    parametersAt: `${toolAt}.parameters`,
    variables: plan.variables,
    earlierSteps: input.earlierSteps,
    report,
  });
  const requestAt = `${at}.request`;
  const own = placeParameters(parameters, scope, pathNamesOf(request.path), request.method, report, `${at}.parameters`);
  const { plan: pagination, placed } = compilePagination(tool, request, own, report, toolAt);
  const operation = graphQlOperationOf(request, tool.risk, report, requestAt);
  const readsByItself = request.method === 'GET' || request.method === 'HEAD' || operation?.kind === 'query';
  const isRead = tool.risk === 'read' || (step !== null && readsByItself);
  const idempotency = isRead ? ({ kind: 'none' } as const) : tool.idempotency;
  const mcp = compileMcp(document, tool, report);
  // A program gets it by its environment.
  const sendsCredential = plan.auth !== null && step?.auth !== false && (mcp === null || mcp.stdio === null);
  const hasCredential = sendsCredential && document.auth.body !== undefined;
  const bodyKind = bodyKindOf(request, placed, idempotency.kind === 'field' || hasCredential, report, requestAt);
  if (hasCredential && bodyKind !== 'json' && bodyKind !== 'form')
    report(`${requestAt}.body`, 'must be json or form: auth.body puts the credential there');
  const keyScope = { tool: input.toolName, step: step?.id ?? '' };
  const placement = compilePlacement(
    placed,
    bodyKind,
    operation === null || request.graphql === undefined
      ? null
      : { request: request.graphql, operation, at: `${requestAt}.graphql` },
    { ...idempotency, scope: keyScope, at: `${toolAt}.idempotency` },
    report,
  );

  const base =
    request.base_url === undefined
      ? plan.base
      : compileBaseUrl(request.base_url, plan.variables, report, `${requestAt}.base_url`);
  if (request.base_url !== undefined && base?.kind === 'static' && plan.hosts !== null) {
    const { declared } = plan.hosts;
    const allStatic = declared.every((host) => !host.includes('{'));
    if (allStatic && !hostIsListed(declared, base.host))
      report(`${requestAt}.base_url`, "has a host that is not among the integration's hosts");
  }
  const lookup = variableLookup(plan.variables);
  if (step?.auth === false && step.url_from === undefined && base === plan.base && pathMarkerOf(document.auth) !== null)
    report(`${at}.auth`, 'cannot be false where base_url holds the key');
  const headers = compileStepHeaders(document, request, lookup, report, requestAt);
  if (bodyKind === 'graphql' && headers.fixed.accept === defaultHeaders.accept) headers.fixed.accept = graphQlAccept;
  if (bodyKind === 'json' || bodyKind === 'form' || bodyKind === 'graphql')
    headers.fixed['content-type'] ??= bodyTypes[bodyKind];
  if (bodyKind === 'multipart') delete headers.fixed['content-type'];
  const query = compileQuery(request, lookup, report, requestAt);
  // Of several steps the last is the one whose answer streams.
  const isLast = step === null || step === tool.steps?.at(-1);
  const stream = isLast ? compileStream(tool.response, report, `${toolAt}.response`) : null;
  if (stream !== null && headers.fixed.accept === defaultHeaders.accept)
    headers.fixed.accept = acceptedTypes[stream.kind];

  return {
    needsConnection: scope.needsConnection(),
    pagination,
    step: {
      id: step?.id ?? '',
      method: request.method,
      base: base ?? plan.base,
      urlFrom:
        step?.url_from === undefined
          ? null
          : compileUrlFrom(step.url_from, input.earlierSteps, report, `${at}.url_from`),
      hosts: plan.hosts as NonNullable<DocumentPlan['hosts']>,
      urlTemplate: request.path,
      path: compilePath(request.path, placed, scope, report, `${requestAt}.path`),
      fixedQuery: query.fixed,
      query: [...query.fields, ...placement.query],
      headers: { fixed: headers.fixed, fields: [...headers.fields, ...placement.headers] },
      cookies: placement.cookies,
      body: placement.body,
      maxBodyBytes: maxFileBytes,
      sendsCredential,
      rules: [
        ...compileErrorRules(step?.errors, report, `${at}.errors`),
        ...compileErrorRules(tool.errors, report, `${toolAt}.errors`),
        ...plan.rules,
        ...(operation === null ? [] : graphQlRules(operation.kind === 'mutation')),
      ],
      stream,
      mcp,
      effectWithKey: effectOf(isRead, idempotency.kind, true),
      effectWithoutKey: effectOf(isRead, idempotency.kind, false),
    },
  };
}

function effectOf(isRead: boolean, kind: Tool['idempotency']['kind'], hasKey: boolean): Effect {
  if (isRead) return 'read';
  if (kind === 'natural') return 'natural';
  return kind !== 'none' && hasKey ? 'keyed' : 'once';
}

/** A step's parameters; one without a source takes the tool's argument of its name, with that one's type and default. */
function stepParameters(step: Step, tool: Tool, report: Report, at: string): Record<string, Parameter> {
  const merged: Record<string, Parameter> = {};
  for (const [name, own] of Object.entries(step.parameters)) {
    const declared = Object.hasOwn(tool.parameters, name) ? tool.parameters[name] : undefined;
    if (isHidden(own)) merged[name] = own;
    else if (declared === undefined)
      report(`${at}.parameters.${name}`, 'is neither an argument of the tool nor given a value');
    else {
      const {
        type,
        default: fallback,
        'x-const': fixed,
        'x-template': template,
        'x-from': from,
        'x-mail': mail,
      } = declared;
      merged[name] = {
        type,
        default: fallback,
        'x-const': fixed,
        'x-template': template,
        'x-from': from,
        'x-mail': mail,
        ...own,
      };
    }
  }
  return merged;
}

function compileStepHeaders(
  document: IntegrationDocument,
  request: HttpRequest,
  lookup: (name: string) => ValueSource | null,
  report: Report,
  at: string,
): HeaderPlan {
  const general = compileHeaders(document.headers, lookup, report, 'headers');
  const own = compileHeaders(request.headers, lookup, report, `${at}.headers`);
  const overridden = new Set([...Object.keys(own.fixed), ...own.fields.map((field) => field.name)]);
  const inherited = Object.fromEntries(
    Object.entries({ ...defaultHeaders, ...general.fixed }).filter(([name]) => !overridden.has(name)),
  );
  for (const field of general.fields) delete inherited[field.name];
  return {
    fixed: { ...inherited, ...own.fixed },
    fields: [...general.fields.filter((field) => !overridden.has(field.name)), ...own.fields],
  };
}

function compileQuery(
  request: HttpRequest,
  lookup: (name: string) => ValueSource | null,
  report: Report,
  at: string,
): { fixed: string; fields: PairField[] } {
  const fixed: string[] = [];
  const fields: PairField[] = [];
  for (const [name, text] of Object.entries(request.query ?? {})) {
    const template = parseTemplate(text, lookup, (message) => report(`${at}.query.${name}`, message));
    const literal = staticText(template);
    const encoded = encodeURIComponent(name);
    if (literal !== null) fixed.push(`${encoded}=${encodeURIComponent(literal)}`);
    else
      fields.push({
        name: encoded,
        argument: name,
        source: { kind: 'template', template },
        arrayStyle: 'repeat',
        objectStyle: 'json',
        sendNull: false,
      });
  }
  return { fixed: fixed.join('&'), fields };
}

function compileUrlFrom(
  text: string,
  earlierSteps: readonly string[],
  report: Report,
  at: string,
): StepPlan['urlFrom'] {
  const path = parseDataPath(text);
  if (typeof path === 'string' || path[0] !== 'steps' || typeof path[1] !== 'string' || path.length < 3) {
    report(at, 'must be of the form steps.<id>.<path>');
    return null;
  }
  if (!earlierSteps.includes(path[1])) report(at, `'${path[1]}' is not a step before this one`);
  return { step: path[1], path: path.slice(2), text: text.slice(text.indexOf('.', 6) + 1) };
}

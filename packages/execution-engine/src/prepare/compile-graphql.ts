import type { GraphQlOperation, HttpRequest, Tool } from '@patchbay/contracts';
import { readGraphQl } from '@patchbay/contracts';
import type { JsonField } from '../request/json-body.ts';
import type { MultipartField } from '../request/multipart-body.ts';
import type { BodyPlan } from '../request/step-plan.ts';
import type { Report } from './report.ts';

/** Types an answer may come in (GraphQL over HTTP, section 6.4). */
export const graphQlAccept = 'application/graphql-response+json, application/json;q=0.9';

/** The operation of a request whose body is GraphQL; `null` for other bodies. Refuses what does not belong together. */
export function graphQlOperationOf(
  request: HttpRequest,
  risk: Tool['risk'],
  report: Report,
  at: string,
): GraphQlOperation | null {
  const { graphql } = request;
  if (request.body !== 'graphql') {
    if (graphql !== undefined) report(`${at}.graphql`, 'works only with body: graphql');
    return null;
  }
  if (request.method !== 'POST') report(`${at}.method`, 'must be POST where the body is graphql');
  if (graphql === undefined) {
    report(`${at}.graphql`, 'is required where the body is graphql');
    return null;
  }
  const operation = readGraphQl(graphql.document, graphql.operation_name);
  if (typeof operation === 'string') {
    report(`${at}.graphql.document`, operation);
    return null;
  }
  if (operation.kind === 'mutation' && risk === 'read')
    report(`${at}.graphql.document`, 'holds a mutation, but the tool says risk: read');
  return operation;
}

/** The body `{ query, operationName?, variables }`. Every field is one of the variables, and none that must be given is not. */
export function compileGraphQl(
  graphql: NonNullable<HttpRequest['graphql']>,
  operation: GraphQlOperation,
  fields: readonly JsonField[],
  root: MultipartField | null,
  report: Report,
  at: string,
): BodyPlan {
  const given = new Set(fields.map((field) => field.path[0]));
  for (const name of given) {
    if (typeof name === 'string' && !operation.variables.has(name))
      report(`${at}.document`, `declares no variable $${name}, which a parameter fills`);
  }
  for (const [name, { required }] of operation.variables) {
    if (required && root === null && !given.has(name))
      report(`${at}.document`, `needs the variable $${name}, which no parameter fills`);
  }
  const name = operation.name === null ? '' : `,"operationName":${JSON.stringify(operation.name)}`;
  return {
    kind: 'graphql',
    head: `{"query":${JSON.stringify(graphql.document)}${name},"variables":`,
    fields,
    root,
  };
}

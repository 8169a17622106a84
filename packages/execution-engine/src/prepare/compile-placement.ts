import type { GraphQlOperation, HttpRequest, Idempotency } from '@patchbay/contracts';
import type { PairField } from '../request/form-pairs.ts';
import type { HeaderField } from '../request/headers.ts';
import { headerNameProblem } from '../request/headers.ts';
import type { KeyScope } from '../request/idempotency-key.ts';
import type { MultipartField } from '../request/multipart-body.ts';
import type { BodyPlan } from '../request/step-plan.ts';
import type { ValueSource } from '../request/value-source.ts';
import { compileGraphQl } from './compile-graphql.ts';
import { compileJsonFields } from './compile-json-fields.ts';
import type { BodyKind, Location, Placed } from './place-parameters.ts';
import type { Report } from './report.ts';

/** The fixed part of a GraphQL body, with its place in the document. */
export interface GraphQlPart {
  readonly request: NonNullable<HttpRequest['graphql']>;
  readonly operation: GraphQlOperation;
  readonly at: string;
}

export interface Placement {
  readonly query: PairField[];
  readonly headers: HeaderField[];
  readonly cookies: HeaderField[];
  readonly body: BodyPlan;
}

/** Sorts placed parameters, and the idempotency key, into the parts of a request. */
export function compilePlacement(
  placed: readonly Placed[],
  bodyKind: BodyKind,
  graphQl: GraphQlPart | null,
  idempotency: Idempotency & { readonly scope: KeyScope; readonly at: string },
  report: Report,
): Placement {
  const at = (location: Location): Placed[] => placed.filter((item) => item.location === location);
  const query = at('query').map((item) => pairField(item, false));
  const headers = at('header').map(headerField);
  const inBody = at('body');
  const key: ValueSource = { kind: 'idempotency_key', scope: idempotency.scope };

  if (idempotency.kind === 'header') {
    const name = idempotency.name ?? 'Idempotency-Key';
    const problem = headerNameProblem(name);
    if (problem !== null) report(`${idempotency.at}.name`, problem);
    headers.push({ name: name.toLowerCase(), argument: 'idempotency_key', source: key });
  }
  if (idempotency.kind === 'query') {
    const { name } = idempotency;
    if (name === undefined) report(`${idempotency.at}.name`, 'is required when the key goes into the query');
    else if (query.some((field) => field.name === encodeURIComponent(name)))
      report(`${idempotency.at}.name`, 'is the name of a parameter of the query');
    else query.push(pairField({ ...keyItem(name, key, idempotency.at), location: 'query' }, false));
  }
  if (idempotency.kind === 'field') {
    const name = idempotency.name;
    if (name === undefined) report(`${idempotency.at}.name`, 'is required when the key goes in a field');
    const item = keyItem(name ?? '', key, idempotency.at);
    if (bodyKind === 'none') query.push(pairField(item, false));
    else if (bodyKind === 'raw') report(`${idempotency.at}.kind`, 'cannot be field where the body is raw');
    else if (name !== undefined) inBody.push(item);
  }
  const roots = at('body_root');
  return {
    query,
    headers,
    cookies: at('cookie').map((item) => ({ ...headerField(item), name: item.wire })),
    body: bodyPlan(bodyKind, inBody, roots, graphQl, report),
  };
}

function keyItem(name: string, source: ValueSource, at: string): Placed {
  const parameter = name === '' ? {} : { 'x-name': name };
  return { name: 'idempotency_key', wire: name, location: 'body', parameter, source, at: `${at}.name` };
}

function bodyPlan(
  kind: BodyKind,
  fields: readonly Placed[],
  roots: readonly Placed[],
  graphQl: GraphQlPart | null,
  report: Report,
): BodyPlan {
  const root = roots[0] ?? null;
  for (const extra of roots.slice(1)) report(`${extra.at}.x-in`, 'says body_root, which another parameter has already');
  if (root !== null && fields.length > 0)
    report(`${root.at}.x-in`, 'says body_root, so no other parameter can be in the body');
  switch (kind) {
    case 'none':
      return { kind };
    case 'json':
      return { kind, fields: compileJsonFields(fields, report), root: root === null ? null : multipartField(root) };
    case 'graphql': {
      // What is missing was reported where the operation was read.
      if (graphQl === null) return { kind: 'none' };
      const { request, operation, at } = graphQl;
      const variables = compileJsonFields(fields, report, false);
      return compileGraphQl(request, operation, variables, root === null ? null : multipartField(root), report, at);
    }
    case 'form':
      // The members of a root object become the form's own fields.
      if (root !== null) return { kind, fields: [{ ...pairField(root, true), name: '', objectStyle: 'form' }] };
      return { kind, fields: fields.map((item) => pairField(item, true)) };
    case 'multipart':
      if (root !== null) report(`${root.at}.x-in`, 'cannot be body_root in a multipart body');
      return { kind, fields: fields.map(multipartField) };
    case 'raw':
      for (const item of fields) report(`${item.at}.x-in`, 'must be body_root where the body is raw');
      return { kind, root: root === null ? null : multipartField(root) };
  }
}

function pairField(item: Placed, sendNull: boolean): PairField {
  return {
    name: encodeURIComponent(item.wire),
    argument: item.name,
    source: item.source,
    arrayStyle: item.parameter['x-array-style'] ?? 'repeat',
    objectStyle: item.parameter['x-object-style'] ?? 'deep',
    sendNull,
  };
}

function headerField(item: Placed): HeaderField {
  return { name: item.wire.toLowerCase(), argument: item.name, source: item.source };
}

function multipartField(item: Placed): MultipartField {
  return { name: item.wire, argument: item.name, source: item.source };
}

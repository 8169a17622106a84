import { isCredentialName } from '../operation/credential-names.ts';
import { effectiveSchema } from '../schema/effective-schema.ts';
import type { ListedOperation } from '../spec/list-operations.ts';
import type { References } from '../spec/references.ts';
import type { ApiDescription, MediaType, RequestBody, SecurityScheme } from '../spec/types.ts';
import { formValue, type Pairs, queryValue, valueOfText } from './decode-values.ts';
import type { SpecValidator } from './spec-validator.ts';

/** A request as it came. */
export interface ArrivedRequest {
  readonly query: Pairs;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface CheckContext {
  readonly description: ApiDescription;
  readonly references: References;
  readonly validate: SpecValidator;
}

/** Everything about a request that the description does not allow. */
export async function checkRequest(
  listed: ListedOperation,
  inPath: Readonly<Record<string, string>>,
  request: ArrivedRequest,
  context: CheckContext,
): Promise<string[]> {
  const { references } = context;
  const problems: string[] = [];
  const shown = credentialsShown(listed, request, context, problems);
  const used = new Set<string>(shown);
  for (const parameter of listed.parameters) {
    const { name = '', in: place } = parameter;
    // OpenAPI gives these no meaning as parameters.
    if (place === 'header' && /^(?:accept|content-type|authorization)$/i.test(name)) continue;
    const text = place === 'path' ? inPath[name] : place === 'header' ? request.headers[name.toLowerCase()] : undefined;
    const node = parameter.schema;
    const value =
      place === 'query'
        ? queryValue(parameter, request.query, references, used)
        : text === undefined
          ? undefined
          : valueOfText(text, node, references);
    if (value === undefined) {
      const byCredential = isCredentialName(name);
      if (parameter.required === true && !byCredential && place !== 'cookie')
        problems.push(`${place} parameter ${name} is missing`);
      continue;
    }
    const schema = node ?? Object.values(parameter.content ?? {})[0]?.schema;
    const wrong = schema === undefined ? null : context.validate(schema, value, `${place}.${name}`);
    if (wrong !== null) problems.push(wrong);
  }
  for (const [name] of request.query)
    if (!used.has(name)) problems.push(`the query holds ${name}, which is not described`);
  problems.push(...(await checkBody(listed, request, context)));
  return problems;
}

/** Query names by which a credential is shown; complains where the description asks for one and none is. */
function credentialsShown(
  { operation }: ListedOperation,
  { query, headers }: ArrivedRequest,
  { description, references }: CheckContext,
  problems: string[],
): string[] {
  const alternatives = operation.security ?? description.security ?? [];
  const schemes = description.components?.securitySchemes ?? {};
  const shows = (name: string): boolean => {
    const scheme = references.resolve<SecurityScheme>(schemes[name]);
    if (scheme?.type === 'apiKey' && scheme.in === 'query') return query.some(([key]) => key === scheme.name);
    if (scheme?.type === 'apiKey')
      return headers[scheme.in === 'cookie' ? 'cookie' : (scheme.name ?? '').toLowerCase()] !== undefined;
    return headers['authorization'] !== undefined;
  };
  if (alternatives.length > 0 && !alternatives.some((one) => Object.keys(one).every(shows)))
    problems.push('no credential is shown that the description asks for');
  return Object.values(schemes)
    .map((raw) => references.resolve<SecurityScheme>(raw))
    .flatMap((scheme) => (scheme?.type === 'apiKey' && scheme.in === 'query' ? [scheme.name ?? ''] : []));
}

async function checkBody(
  listed: ListedOperation,
  request: ArrivedRequest,
  { references, validate }: CheckContext,
): Promise<string[]> {
  const body = references.resolve<RequestBody>(listed.operation.requestBody);
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (body === undefined) return request.body.length === 0 ? [] : ['a body came, and none is described'];
  if (request.body.length === 0 && type === '') return body.required === true ? ['the body is missing'] : [];
  const key = Object.keys(body.content ?? {}).find((one) => {
    const own = one.split(';')[0]?.trim().toLowerCase() ?? '';
    return own === type || own === '*/*' || (own.endsWith('/*') && type.startsWith(own.slice(0, -1)));
  });
  if (key === undefined) return [`a body of ${type} came; described are ${Object.keys(body.content ?? {}).join(', ')}`];
  const media = references.resolve<MediaType>(body.content?.[key]);
  if (media?.schema === undefined) return [];
  // Nobody can say how an object would become such bytes.
  const bytes = !/[/+]json$|^multipart\/|^text\/|form-urlencoded$/.test(type);
  if (bytes && effectiveSchema(media.schema, references).type === 'object') return [];
  const value = await decodeBody(type, media, request, references);
  const wrong = validate(media.schema, value, 'body');
  return wrong === null ? [] : [wrong];
}

async function decodeBody(
  type: string,
  media: MediaType,
  request: ArrivedRequest,
  references: References,
): Promise<unknown> {
  const text = Buffer.from(request.body).toString('utf8');
  if (/[/+]json$/.test(type)) return JSON.parse(text);
  if (type === 'application/x-www-form-urlencoded') {
    const commas = Object.entries(media.encoding ?? {}).filter(([, { explode }]) => explode === false);
    return formValue([...new URLSearchParams(text)], media.schema, references, new Set(commas.map(([name]) => name)));
  }
  if (!type.startsWith('multipart/')) return text;
  const form = await new Response(request.body, {
    headers: { 'content-type': request.headers['content-type'] ?? '' },
  }).formData();
  const pairs: [string, string][] = [];
  for (const [name, part] of form) pairs.push([name, typeof part === 'string' ? part : await part.text()]);
  return formValue(pairs, media.schema, references, new Set());
}

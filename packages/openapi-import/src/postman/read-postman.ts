import { importError } from '../import-error.ts';
import { plainText } from '../schema/plain-text.ts';
import type { SentAuth, SentRequest } from '../sent-request/sent-request.ts';

/** What is read of a Postman collection, format 2.1 (schema.getpostman.com/json/collection/v2.1.0). */
interface Item {
  readonly name?: string;
  readonly description?: Text;
  readonly item?: readonly Item[];
  readonly request?: Request | string;
  readonly response?: readonly { readonly code?: number; readonly body?: string }[];
  readonly auth?: Auth | null;
}
type Text = string | { readonly content?: string } | null;
interface Field {
  readonly key?: string;
  readonly value?: string | null;
  readonly type?: string;
  readonly disabled?: boolean;
  readonly description?: Text;
}
interface Auth {
  readonly type?: string;
  readonly apikey?: readonly { readonly key?: string; readonly value?: unknown }[];
}
interface Request {
  readonly method?: string;
  readonly description?: Text;
  readonly url?:
    | string
    | { readonly raw?: string; readonly query?: readonly Field[]; readonly variable?: readonly Field[] };
  readonly header?: readonly Field[] | string;
  readonly auth?: Auth | null;
  readonly body?: {
    readonly mode?: string;
    readonly raw?: string;
    readonly urlencoded?: readonly Field[];
    readonly formdata?: readonly Field[];
    readonly options?: { readonly raw?: { readonly language?: string } };
  } | null;
}
interface Collection extends Item {
  readonly info?: { readonly name?: string; readonly schema?: string; readonly description?: Text };
  readonly variable?: readonly Field[];
}

export interface PostmanCollection {
  readonly title: string;
  readonly about: string | undefined;
  readonly requests: readonly SentRequest[];
}

/**
 * The requests of a collection. Its variables are filled in where they have a value and are part of an address; `auth` is
 * taken by its kind alone.
 * @throws importError `not_an_api_description`
 */
export function readPostman(input: unknown): PostmanCollection {
  // An export through Postman's API has one more level.
  const collection = ((input as { collection?: Collection } | null)?.collection ?? input ?? {}) as Collection;
  if (!Array.isArray(collection.item) || !/collection\/v2\.[01]/.test(collection.info?.schema ?? ''))
    throw importError(
      'not_an_api_description',
      'This is no Postman collection of format 2.1. Export it from Postman as "Collection v2.1".',
    );
  const variables = new Map((collection.variable ?? []).map(({ key = '', value }) => [key, String(value ?? '')]));
  const requests: SentRequest[] = [];
  const walk = (items: readonly Item[], auth: Auth | null | undefined, depth: number): void => {
    if (depth > 20) return;
    for (const item of items) {
      if (Array.isArray(item.item)) walk(item.item, item.auth ?? auth, depth + 1);
      else if (item.request !== undefined) requests.push(requestOf(item, auth, variables));
    }
  };
  walk(collection.item, collection.auth, 0);
  if (requests.length === 0) throw importError('no_operations', 'The collection holds no requests.');
  return {
    title: plainText(collection.info?.name) || 'Imported collection',
    about: textOf(collection.info?.description),
    requests,
  };
}

function requestOf(
  item: Item,
  inherited: Auth | null | undefined,
  variables: ReadonlyMap<string, string>,
): SentRequest {
  const request: Request = typeof item.request === 'string' ? { url: item.request } : (item.request ?? {});
  const url = typeof request.url === 'string' ? { raw: request.url } : (request.url ?? {});
  const auth = authOf(request.auth ?? inherited);
  const header = Array.isArray(request.header) ? enabled(request.header as readonly Field[]) : [];
  const { body } = request;
  const words = new Map<string, string>();
  for (const { key = '', description } of [...(url.query ?? []), ...(url.variable ?? [])])
    words.set(key, textOf(description) ?? '');
  const json = body?.mode === 'raw' && (body.options?.raw?.language === 'json' || /^\s*[[{]/.test(body.raw ?? ''));
  const headers = header.map(({ key = '', value }): [string, string] => [key, String(value ?? '')]);
  const typed = headers.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    name: item.name,
    description: textOf(request.description) ?? textOf(item.description),
    method: (request.method ?? 'GET').toUpperCase(),
    url: withScheme(fillIn((url.raw ?? '').split('?')[0] ?? '', variables)),
    query: enabled(url.query ?? [])
      .map(({ key = '', value }) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value ?? ''))}`)
      .join('&'),
    headers: json && !typed ? [['content-type', 'application/json'], ...headers] : headers,
    body:
      body?.mode === 'raw'
        ? (body.raw ?? '')
        : body?.mode === 'urlencoded'
          ? String(
              new URLSearchParams(
                enabled(body.urlencoded ?? []).map(({ key = '', value }) => [key, String(value ?? '')]),
              ),
            )
          : null,
    form:
      body?.mode === 'formdata'
        ? enabled(body.formdata ?? []).map(({ key = '', value, type, description }) => ({
            name: key,
            value: type === 'file' ? null : String(value ?? ''),
            description: textOf(description),
          }))
        : [],
    credentials:
      auth === undefined ? [] : [`auth of the collection (${typeof auth === 'string' ? auth : `key ${auth.name}`})`],
    auth,
    answers: (item.response ?? [])
      .filter(({ code, body: text }) => code !== undefined && text)
      .map(({ code, body: text }) => ({ status: code as number, body: text as string })),
    words,
  };
}

function textOf(text: Text | undefined): string | undefined {
  const plain = plainText(typeof text === 'string' ? text : (text?.content ?? ''));
  return plain === '' ? undefined : plain;
}

function enabled(fields: readonly Field[]): readonly Field[] {
  return fields.filter(({ disabled, key }) => disabled !== true && key !== undefined && key !== '' && key !== null);
}

/** Variables of the address that the collection itself has values for; others stay open. */
function fillIn(url: string, variables: ReadonlyMap<string, string>): string {
  let text = url;
  for (let round = 0; round < 3; round++)
    text = text.replace(/\{\{\s*([^{}]+?)\s*\}\}/g, (all, name: string) => {
      const value = variables.get(name) ?? '';
      return /^https?:\/\/|^[a-z0-9.-]+\.[a-z]{2,}|\{\{/i.test(value) ? value.replace(/\/+$/, '') : all;
    });
  return text;
}

function withScheme(url: string): string {
  return /^https?:\/\//i.test(url) ? url : `https://${url}`;
}

function authOf(auth: Auth | null | undefined): SentAuth | undefined {
  if (auth?.type === 'basic' || auth?.type === 'bearer' || auth?.type === 'oauth2') return auth.type;
  if (auth?.type !== 'apikey') return undefined;
  const at = (key: string) => auth.apikey?.find((field) => field.key === key)?.value;
  return { in: at('in') === 'query' ? 'query' : 'header', name: String(at('key') ?? 'X-API-Key') };
}

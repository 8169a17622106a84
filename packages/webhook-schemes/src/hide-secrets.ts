import type { HookRequest } from './hook-request.ts';
import { textOf, valueAt } from './json-path.ts';
import { readJson } from './read-json.ts';
import type { WebhookScheme } from './scheme.ts';
import { type TemplatePart, templateOf } from './template.ts';

/** What stands in the place of what is hidden. */
export const redacted = '[redacted]';

/** Headers that carry a credential whatever the scheme: ours to read, nobody's to keep. */
const credentials = new Set(['authorization', 'proxy-authorization', 'cookie']);
/** In a request whose scheme nobody knows, names that say so. */
const telling = /(^|[-_])(token|secret|password|api[-_]?key|auth)s?$/i;

/** Where a scheme's requests carry what is secret, and what its signatures are made with although it looks like one. */
interface Places {
  readonly headers: ReadonlySet<string>;
  readonly query: ReadonlySet<string>;
  readonly signatures: ReadonlySet<string>;
}

const known = new WeakMap<WebhookScheme, Places>();

/**
 * A request as it may be kept: tokens that a vendor repeats, and credentials, are `[redacted]` in headers and query; in the
 * body, the secrets themselves are covered with asterisks, byte for byte. Signatures stay: without them nobody could look
 * again. `scheme` is null for a request to a bin.
 */
export function hideSecrets(
  scheme: WebhookScheme | null,
  request: HookRequest,
  secrets: readonly string[] = [],
): HookRequest {
  const places = scheme === null ? null : placesOf(scheme);
  const isHidden = (name: string): boolean => {
    const lower = name.toLowerCase();
    if (places === null) return credentials.has(lower) || telling.test(lower);
    return places.headers.has(lower) || (credentials.has(lower) && !places.signatures.has(lower));
  };
  const cover = (text: string) => secrets.reduce((covered, secret) => covered.replaceAll(secret, redacted), text);
  return {
    method: request.method,
    url: cover(hideQuery(request.url, (name) => places?.query.has(name) ?? telling.test(name))),
    headers: request.headers.map(([name, value]) => [name, isHidden(name) ? redacted : cover(value)]),
    body: [...secrets, ...(scheme === null ? [] : tokensInBody(scheme, request.body))].reduce(coverBytes, request.body),
  };
}

/** Whether a scheme's requests repeat its secret, so that a copy of one must not keep it. */
export function repeatsSecret({ verify }: WebhookScheme, variant: string): boolean {
  return verify.some(({ kind, name }) => kind === 'equality' && name === variant);
}

function placesOf(scheme: WebhookScheme): Places {
  const found = known.get(scheme);
  if (found !== undefined) return found;
  const tokens = [
    ...scheme.verify.flatMap((one) => (one.kind === 'equality' ? partsOf(one.given.from) : [])),
    ...scheme.challenges.flatMap(({ requires, keeps_secret }) => [
      ...(typeof requires === 'object' && 'secret_is' in requires ? partsOf(requires.secret_is) : []),
      ...(keeps_secret === undefined ? [] : partsOf(keeps_secret)),
    ]),
  ];
  const signed = scheme.verify.flatMap((one) => {
    if (one.kind === 'jwt') return partsOf(one.token.from);
    return one.kind === 'equality' ? [] : one.signatures.flatMap(({ from }) => partsOf(from));
  });
  const named = (parts: readonly TemplatePart[], source: string) =>
    new Set(parts.filter((part) => part.source === source).map(({ argument }) => argument));
  const places = {
    headers: named(tokens, 'header'),
    query: named(tokens, 'query'),
    signatures: named(signed, 'header'),
  };
  known.set(scheme, places);
  return places;
}

function partsOf(template: string): TemplatePart[] {
  return templateOf(template).filter((part) => typeof part !== 'string');
}

/** Shorter texts are no secret of anybody's, and stand in any body. */
const shortestToken = 6;

/** What a body has where its scheme wants the token: the right one, or another's. */
function tokensInBody({ verify }: WebhookScheme, body: Uint8Array): string[] {
  const places = verify.flatMap((one) => {
    if (one.kind !== 'equality') return [];
    const parts = partsOf(one.given.from).filter(({ source }) => source === 'item' || source === 'json');
    return parts.map(({ source, argument }) => ({ list: source === 'item' ? one.each : undefined, path: argument }));
  });
  if (places.length === 0) return [];
  let json: unknown;
  try {
    json = readJson(body);
  } catch {
    return [];
  }
  return places.flatMap(({ list, path }) => {
    const found = list === undefined ? [json] : valueAt(json, list.list);
    const items = Array.isArray(found) ? found : [];
    const texts = items.map((item) =>
      textOf(valueAt(list?.item === undefined ? item : valueAt(item, list.item), path)),
    );
    return texts.filter((text): text is string => text !== null && text.length >= shortestToken);
  });
}

/** The URL as it is written, but for the values of some names. */
function hideQuery(url: string, isHidden: (name: string) => boolean): string {
  const at = url.indexOf('?');
  if (at < 0) return url;
  const pairs = url.slice(at + 1).split('&');
  const shown = pairs.map((pair) => {
    const [name = ''] = new URLSearchParams(pair).keys();
    return isHidden(name) ? `${pair.split('=')[0]}=${redacted}` : pair;
  });
  return `${url.slice(0, at)}?${shown.join('&')}`;
}

/** Asterisks over a secret as it is, and as JSON writes it. */
function coverBytes(body: Uint8Array, secret: string): Uint8Array {
  const forms = new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  const found = [...forms].filter((form) => form !== '' && Buffer.from(body).includes(form));
  if (found.length === 0) return body;
  const covered = Buffer.from(body);
  for (const form of found) {
    const length = Buffer.byteLength(form);
    for (let at = covered.indexOf(form); at >= 0; at = covered.indexOf(form, at + length))
      covered.fill('*', at, at + length);
  }
  return covered;
}

/** Text that cannot be decoded: a bad percent escape or bytes that are not UTF-8. */
export class MalformedText extends Error {}

export type Pair = readonly [name: string, value: string];

/** Percent-decodes; with `plus`, `+` is a space as in `application/x-www-form-urlencoded`. */
export function percentDecode(text: string, plus: boolean): string {
  const spaced = plus && text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw new MalformedText('a percent escape is malformed');
  }
}

/** Name–value pairs of a query or a form body, in order. @throws MalformedText */
export function parsePairs(text: string): Pair[] {
  if (text === '') return [];
  const pairs: Pair[] = [];
  for (const part of text.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = equals === -1 ? part : part.slice(0, equals);
    const value = equals === -1 ? '' : part.slice(equals + 1);
    pairs.push([percentDecode(name, true), percentDecode(value, true)]);
  }
  return pairs;
}

/** Pairs of a Cookie header (RFC 6265, 4.2.1). */
export function parseCookies(header: string): Pair[] {
  const pairs: Pair[] = [];
  for (const part of header.split(';')) {
    const equals = part.indexOf('=');
    if (equals === -1) continue;
    pairs.push([part.slice(0, equals).trim(), percentDecode(part.slice(equals + 1).trim(), false)]);
  }
  return pairs;
}

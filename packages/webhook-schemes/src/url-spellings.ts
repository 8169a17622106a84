import type { SignedVerification } from './scheme.ts';

const impliedPorts: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

/** The URLs under which a vendor may have signed a request: the one that is configured first. */
export function urlSpellings(url: string, { url: rule }: Pick<SignedVerification, 'url'>): string[] {
  if (rule === undefined) return [url];
  const spellings = rule.with_and_without_port ? [url, otherPort(url)] : [url];
  const { decoded } = rule;
  return [
    ...new Set([...spellings, ...(decoded === undefined ? [] : spellings.map((one) => decodeSome(one, decoded)))]),
  ];
}

function otherPort(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  // As text: the parser would drop the port again, and might spell the rest otherwise.
  const [, head = '', rest = ''] = /^([a-z]+:\/\/[^/?#]*)(.*)$/is.exec(url) ?? [];
  const implied = impliedPorts[protocol];
  if (port === '' && !head.endsWith(`:${implied}`)) return `${head}:${implied}${rest}`;
  return head.replace(/:\d+$/, '') + rest === url
    ? `${protocol}//${hostname}${rest}`
    : head.replace(/:\d+$/, '') + rest;
}

function decodeSome(url: string, characters: string): string {
  return url.replace(/%([0-9a-f]{2})/gi, (escaped, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return characters.includes(character) ? character : escaped;
  });
}

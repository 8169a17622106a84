import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.ts';
import { isPublicName } from './public-name.ts';
import type { Reason } from './reasons.ts';

export interface CheckUrlOptions {
  /** Default false. */
  readonly allowHttp?: boolean;
  /** Ports allowed besides 443, 80 and 8443; `any` where an allow-list of hosts will judge the port. */
  readonly ports?: readonly number[] | 'any';
  /** Exact origins exempt from the scheme, port, address and name rules. */
  readonly trustedOrigins?: ReadonlySet<string>;
  /** Names besides the public ones, by host and port. */
  readonly isPrivateHost?: (hostname: string, port: number) => boolean;
  /** The address table; another one is for tests. */
  readonly isPublic?: (address: string) => boolean;
}

export type CheckedUrl = { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly reason: Reason };

const standardPorts = new Set([443, 80, 8443]);
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const rawRefused = /[\u0000-\u0020\u007f-\u00a0\\\u2028\u2029]/;
const scheme = /^([a-z][a-z0-9+.-]*):/i;
const webOrigin = /^https?:\/\/([^/?#]+)([^?#]*)/i;
const encodedControl = /%0[0ad]/i;
const dotSegment = /(?:\/|%2f|%5c)(?:\.|%2e){1,2}(?=$|\/|%2f|%5c)/i;

/**
 * Steps 1 to 7 of the guard, all that can be said of a URL without the network: raw text, parse, scheme, user info, port,
 * literal address, name; and the path. The raw text is judged before the parser sees it, because parsers repair
 * `http:\\host` and `ht<TAB>tp://host` into something that passes. A literal that is not public is named as that even
 * when its port is wrong too.
 */
export function checkUrl(raw: string, options: CheckUrlOptions = {}): CheckedUrl {
  // 1. The raw text.
  if (rawRefused.test(raw)) return refuse('url_raw_refused');
  const schemeName = scheme.exec(raw)?.[1]?.toLowerCase();
  if (schemeName === undefined) return refuse('url_unparsable');
  if (schemeName !== 'https' && schemeName !== 'http') return refuse('scheme_not_allowed');
  const [, authority = '', rawPath = ''] = webOrigin.exec(raw) ?? [];
  if (authority === '') return refuse('url_raw_refused');

  // 2. The parse.
  const url = URL.parse(raw);
  if (url === null) return refuse('url_unparsable');
  const trusted = options.trustedOrigins?.has(url.origin) ?? false;

  // 3. https, unless opted out of.
  if (url.protocol === 'http:' && options.allowHttp !== true && !trusted) return refuse('scheme_not_allowed');

  // 4. No user info, not even an empty one.
  if (authority.includes('@')) return refuse('userinfo_not_allowed');

  // 5, 6 and 7. Port, literal, name.
  if (!trusted) {
    const literal = literalOf(url.hostname);
    const isPublic = options.isPublic ?? isPublicAddress;
    if (literal !== null && !isPublic(literal)) return refuse('address_not_public');
    if (!portAllowed(url, options.ports)) return refuse('port_not_allowed');
    if (literal === null && !isPublicName(url.hostname) && options.isPrivateHost?.(url.hostname, portOf(url)) !== true)
      return refuse('name_not_public');
  }

  // A decoder behind the upstream's front may undo these and leave the path that the tool's template meant.
  if (encodedControl.test(rawPath) || dotSegment.test(rawPath)) return refuse('path_not_allowed');
  return { ok: true, url };
}

/** The IP address that a parsed URL's host is, without brackets, or null for a name. */
export function literalOf(hostname: string): string | null {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? null : bare;
}

/** The port a parsed URL is dialled at. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

export function isStandardPort(port: number): boolean {
  return standardPorts.has(port);
}

function portAllowed(url: URL, further: readonly number[] | 'any' = []): boolean {
  const port = portOf(url);
  return isStandardPort(port) || further === 'any' || further.includes(port);
}

function refuse(reason: Reason): CheckedUrl {
  return { ok: false, reason };
}

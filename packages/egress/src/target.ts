import { checkUrl, isStandardPort, literalOf, portOf } from './check-url.ts';
import type { Reason } from './reasons.ts';

/** An origin that has passed steps 1 to 7, as everything after them needs it. */
export interface Target {
  /** Normalised, for example `https://api.example.com:8443`. */
  readonly origin: string;
  readonly hostname: string;
  readonly port: number;
  /** The address when the host is one, else null. */
  readonly literal: string | null;
  /** Exempt from the address rules. */
  readonly trusted: boolean;
  /** Whether the port needs no entry of its own in the allow-list of hosts. */
  readonly portIsOpen: boolean;
}

/** A target and the path with query to ask it for. */
export interface Destination {
  readonly target: Target;
  readonly path: string;
}

export type FindDestination = (url: string) => Destination | Reason;

export interface TargetRules {
  readonly trustedOrigins: ReadonlySet<string>;
  readonly isPublic: (address: string) => boolean;
}

/** Origins remembered; past that all are forgotten and checked anew. */
const maxRemembered = 2048;

/** A path with query that the URL parser would leave as it is. */
const plainPath = /^[/?][\w\-.~!$&()*+,;=:@/%?]*$/;
/** What could make a plain path something to refuse or rewrite: dot segment, empty query, encoded dot, slash, break or NUL. */
const suspect = /\/\.|\?$|%(?:2[ef]|5c|0[0ad])/i;

/**
 * Checks URLs, remembering the verdict on each origin that passed: the path is judged every time, the rest of a URL only
 * when its origin is spelled in a way not seen before. A raw origin ends before the first `/`, `?` or `#`, so an equal
 * spelling always means an equal verdict.
 */
export function createTargetFinder(rules: TargetRules): FindDestination {
  const remembered = new Map<string, Target>();

  return (raw) => {
    const end = endOfOrigin(raw);
    const rawOrigin = raw.slice(0, end);
    const known = remembered.get(rawOrigin);
    if (known !== undefined) {
      if (end === raw.length) return { target: known, path: '/' };
      const path = raw.slice(end);
      if (plainPath.test(path) && !suspect.test(path)) {
        return { target: known, path: path.charCodeAt(0) === 47 ? path : `/${path}` };
      }
    }

    // Which ports are open is for the allow-list to say, so here every port passes and the target carries the fact.
    const checked = checkUrl(raw, { ...rules, ports: 'any' });
    if (!checked.ok) return checked.reason;
    const { url } = checked;
    const target = known ?? targetOf(url, rules);
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(rawOrigin, target);
    return { target, path: url.pathname + url.search };
  };
}

/** Index of the first `/`, `?` or `#` after `http://` or `https://`. */
function endOfOrigin(raw: string): number {
  for (let index = 8; index < raw.length; index += 1) {
    const code = raw.charCodeAt(index);
    if (code === 47 || code === 63 || code === 35) return index;
  }
  return raw.length;
}

function targetOf(url: URL, rules: TargetRules): Target {
  const port = portOf(url);
  const trusted = rules.trustedOrigins.has(url.origin);
  return {
    origin: url.origin,
    hostname: url.hostname,
    port,
    literal: literalOf(url.hostname),
    trusted,
    portIsOpen: trusted || isStandardPort(port),
  };
}

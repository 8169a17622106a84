import { checkUrl, isStandardPort, literalOf, portOf } from './check-url.ts';
import type { Reason } from './reasons.ts';
import type { TenantRules } from './tenant-rules.ts';

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
  /** In a network of the tenant's own, by its operator's word. */
  readonly inside: boolean;
  /** Which addresses it may be at. The same function for as long as the same rules hold. */
  readonly mayReach: (address: string) => boolean;
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

const anywhere = (): boolean => true;

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
export function createTargetFinder(
  { trustedOrigins, isPublic }: TargetRules,
  tenant: TenantRules | null = null,
): FindDestination {
  const remembered = new Map<string, Target>();
  const mayReachInside =
    tenant === null ? isPublic : (address: string) => isPublic(address) || tenant.isPrivateAddress(address);
  const checks = {
    trustedOrigins,
    // Which ports are open is for the allow-list to say, so here every port passes and the target carries the fact.
    ports: 'any',
    isPublic: mayReachInside,
    ...(tenant !== null && { isPrivateHost: tenant.isPrivateHost }),
  } as const;

  function targetOf(url: URL): Target {
    const port = portOf(url);
    const literal = literalOf(url.hostname);
    const trusted = trustedOrigins.has(url.origin);
    const inside =
      !trusted &&
      tenant !== null &&
      (literal === null ? tenant.isPrivateHost(url.hostname, port) : tenant.isPrivateAddress(literal));
    return {
      origin: url.origin,
      hostname: url.hostname,
      port,
      literal,
      trusted,
      inside,
      mayReach: trusted ? anywhere : inside ? mayReachInside : isPublic,
      portIsOpen: trusted || isStandardPort(port),
    };
  }

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

    const checked = checkUrl(raw, checks);
    if (!checked.ok) return checked.reason;
    const { url } = checked;
    const target = known ?? targetOf(url);
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

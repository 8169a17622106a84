import { isStandardPort, literalOf } from './check-url.ts';
import type { Reason } from './reasons.ts';
import type { Target } from './target.ts';

interface HostPattern {
  /** The name itself, or for a wildcard `.example.com`. */
  readonly host: string;
  readonly wildcard: boolean;
  readonly port: number | null;
}

const entryShape = /^(\*\.)?(\[[0-9a-f:.]+\]|[^\s:/?#@\\*[\]]+)(?::(\d{1,5}))?$/i;
const maxRemembered = 4096;
const patterns = new Map<string, HostPattern | null>();

/**
 * Why a target is not in an allow-list of hosts, or null when it is. An entry with a port allows that port and no other;
 * one without allows the standard ports (and any port of a trusted origin). An entry that is not understood allows nothing.
 */
export function refusalByHosts(target: Target, hosts: readonly string[]): Reason | null {
  let hostSeen = false;
  for (const entry of hosts) {
    // The usual entry is the bare host itself: no parse, no look-up.
    if (entry === target.hostname) {
      if (target.portIsOpen) return null;
      hostSeen = true;
      continue;
    }
    const pattern = patternOf(entry);
    if (pattern === null || !matchesHost(pattern, target.hostname)) continue;
    if (pattern.port === null ? target.portIsOpen : pattern.port === target.port) return null;
    hostSeen = true;
  }
  // A standard port that only other ports' entries exclude is a matter of the host list, not of the port rule.
  return hostSeen && !target.portIsOpen ? 'port_not_allowed' : 'host_not_allowed';
}

/** Whether a host and port are in a list, as a target would be: an entry without a port allows the standard ones. */
export function hostIsIn(hosts: readonly string[], hostname: string, port: number): boolean {
  return hosts.some((entry) => {
    const pattern = patternOf(entry);
    if (pattern === null || !matchesHost(pattern, hostname)) return false;
    return pattern.port === null ? isStandardPort(port) : pattern.port === port;
  });
}

function matchesHost(pattern: HostPattern, hostname: string): boolean {
  if (!pattern.wildcard) return hostname === pattern.host;
  return hostname.length > pattern.host.length && hostname.endsWith(pattern.host);
}

function patternOf(entry: string): HostPattern | null {
  let pattern = patterns.get(entry);
  if (pattern === undefined) {
    pattern = parseEntry(entry);
    if (patterns.size >= maxRemembered) patterns.clear();
    patterns.set(entry, pattern);
  }
  return pattern;
}

function parseEntry(entry: string): HostPattern | null {
  const [, star, rawHost, rawPort] = entryShape.exec(entry) ?? [];
  if (rawHost === undefined) return null;
  const hostname = URL.parse(`http://${rawHost}/`)?.hostname;
  if (hostname === undefined || hostname === '') return null;
  const port = rawPort === undefined ? null : Number(rawPort);
  if (star === undefined) return { host: hostname, wildcard: false, port };
  // `*.com` would open a whole registry, and a wildcard over an address means nothing.
  if (!hostname.includes('.') || literalOf(hostname) !== null) return null;
  return { host: `.${hostname}`, wildcard: true, port };
}

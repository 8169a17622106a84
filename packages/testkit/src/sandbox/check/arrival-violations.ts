import type { Arrival } from '../arrival.ts';
import type { RouteTable } from '../route/route-table.ts';
import type { ViolationKind } from '../types.ts';
import { unexpectedSecretHeaders } from './check-headers.ts';

/** Headers of which HTTP allows one, and whose repetition makes two readers disagree. */
const single = new Set(['host', 'authorization', 'content-type', 'content-length', 'cookie', 'transfer-encoding']);

/** What is wrong with a request before any tool's document is looked at. */
export function arrivalViolations(
  arrival: Arrival,
  rawHeaders: readonly string[],
): { kind: ViolationKind; detail: string }[] {
  const found: { kind: ViolationKind; detail: string }[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    if (!single.has(name)) continue;
    if (seen.has(name)) found.push({ kind: 'repeated_header', detail: name });
    seen.add(name);
  }
  if (!arrival.target.startsWith('/') || arrival.host === '')
    found.push({ kind: 'absolute_target', detail: 'the target must be a path and the host a header' });
  else if (arrival.path.includes('..') || arrival.path.includes('%') || arrival.path.includes('/./')) {
    if (arrival.path.split('/').some((piece) => /^(?:\.|%2e){1,2}$/i.test(piece)))
      found.push({ kind: 'path_traversal', detail: 'the path holds a dot segment' });
  }
  return found;
}

/** A credential on its way to where no tool is: a leak unless the host belongs to the integration whose it can be. */
export function strayCredentials(arrival: Arrival, table: RouteTable): { kind: ViolationKind; detail: string }[] {
  const here = table.targetsAt(arrival.host).filter((target) => target.credential.mayGoTo(arrival.host));
  const own = new Set(here.flatMap((target) => target.credential.headerNames));
  const ownQuery = new Set(here.flatMap((target) => target.credential.queryNames));
  const headers = unexpectedSecretHeaders(arrival, null).filter((name) => !own.has(name));
  const queryNames = new Set(table.all.flatMap((target) => target.credential.queryNames));
  const query = arrival.queryPairs.map(([name]) => name).filter((name) => queryNames.has(name) && !ownQuery.has(name));
  return [...headers, ...query].map((detail) => ({ kind: 'credential_leak', detail }));
}

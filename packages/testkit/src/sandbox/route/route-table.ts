import type { ExchangeEndpoint } from './exchange-endpoint.ts';
import type { Target } from './target.ts';

export interface Match {
  readonly target: Target;
  /** The path's pieces, still percent-encoded. */
  readonly groups: Readonly<Record<string, string>>;
}

/** What is known of one Host value: its targets by method, exact paths apart from patterns. */
interface HostRoutes {
  readonly targets: readonly Target[];
  readonly exact: ReadonlyMap<string, readonly Match[]>;
  readonly patterns: ReadonlyMap<string, readonly Target[]>;
}

const maxHosts = 2_000;
const noGroups: Readonly<Record<string, string>> = {};

/** Finds targets by Host, method and path. Exact paths win over patterns; later documents over earlier ones. */
export class RouteTable {
  #targets: Target[] = [];
  #exchanges: ExchangeEndpoint[] = [];
  readonly #hosts = new Map<string, HostRoutes>();

  /** Adds a document's targets in place of those of the same integration and version. */
  add(targets: readonly Target[], exchange: ExchangeEndpoint | null = null): void {
    const first = targets[0];
    const kept = this.#targets.filter(
      (target) => first === undefined || target.integration !== first.integration || target.version !== first.version,
    );
    this.#targets = [...targets, ...kept];
    const others = this.#exchanges.filter(
      (known) => first === undefined || known.integration !== first.integration || known.version !== first.version,
    );
    this.#exchanges = exchange === null ? others : [exchange, ...others];
    this.#hosts.clear();
  }

  find(host: string, method: string, path: string): readonly Match[] {
    const routes = this.#routesOf(host);
    const exact = routes.exact.get(`${method} ${path}`);
    if (exact !== undefined) return exact;
    const matches: Match[] = [];
    for (const target of routes.patterns.get(method) ?? []) {
      const groups = target.path.expression.exec(path)?.groups;
      if (groups !== undefined) matches.push({ target, groups });
    }
    return matches;
  }

  /** Where a token is had in exchange; its method is looked at later, so that a wrong one is told apart. */
  exchangeAt(host: string, path: string): ExchangeEndpoint | null {
    return this.#exchanges.find((known) => known.hostTest(host) && known.path.expression.test(path)) ?? null;
  }

  /** Methods other than the given one under which the path is known. */
  methodsFor(host: string, path: string): string[] {
    const methods = this.#routesOf(host)
      .targets.filter((target) => target.path.expression.test(path))
      .map((target) => target.method);
    return [...new Set(methods)].sort();
  }

  targetsAt(host: string): readonly Target[] {
    return this.#routesOf(host).targets;
  }

  get all(): readonly Target[] {
    return this.#targets;
  }

  #routesOf(host: string): HostRoutes {
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    const targets = this.#targets.filter((target) => target.hostTest(host));
    const exact = new Map<string, Match[]>();
    const patterns = new Map<string, Target[]>();
    for (const target of targets) {
      if (target.path.exact !== null) add(exact, `${target.method} ${target.path.exact}`, { target, groups: noGroups });
      else add(patterns, target.method, target);
    }
    if (this.#hosts.size >= maxHosts) this.#hosts.clear();
    const routes = { targets, exact, patterns };
    this.#hosts.set(host, routes);
    return routes;
  }
}

function add<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

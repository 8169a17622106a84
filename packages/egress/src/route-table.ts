import { Route } from './route.ts';
import type { Settings } from './settings.ts';
import type { Target } from './target.ts';

/** All routes, bounded: of the tenant that holds most of them the one unused for longest gives way. Idle ones are closed. */
export class RouteTable {
  private readonly settings: Settings;
  private readonly routes = new Map<string, Route>();
  private readonly sweeper: NodeJS.Timeout;
  /** Routes taken out whose requests have not all ended. */
  private readonly closing = new Set<Promise<void>>();
  private openSockets = 0;
  private readonly countSocket = (change: 1 | -1): void => {
    this.openSockets += change;
  };

  constructor(settings: Settings) {
    this.settings = settings;
    this.sweeper = setInterval(() => this.sweep(performance.now()), settings.idleMs).unref();
  }

  get pools(): number {
    let count = 0;
    for (const route of this.routes.values()) if (route.hasPool) count += 1;
    return count;
  }

  get sockets(): number {
    return this.openSockets;
  }

  get(tenant: string, target: Target, now: number): Route {
    // No origin holds a space, so no two pairs share a key.
    const key = `${target.origin} ${tenant}`;
    let route = this.routes.get(key);
    // The tenant's rules have changed: what was dialled under the old ones is not used any more.
    if (route !== undefined && route.target.mayReach !== target.mayReach) {
      this.remove(key);
      route = undefined;
    }
    if (route === undefined) {
      if (this.routes.size >= this.settings.maxPools) this.evict(tenant);
      route = new Route(tenant, target, this.settings, this.countSocket);
      this.routes.set(key, route);
    }
    route.lastUsedAt = now;
    return route;
  }

  /**
   * Closes the socket that has been idle for longest, whoever's it is, so that its descriptor can be another's. False when
   * none is idle.
   */
  async closeIdle(): Promise<boolean> {
    let longest: { route: Route; since: number } | null = null;
    for (const route of this.routes.values()) {
      const since = route.idleSince;
      if (since !== null && (longest === null || since < longest.since)) longest = { route, since };
    }
    return longest === null ? false : longest.route.closeIdle();
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    for (const key of [...this.routes.keys()]) this.remove(key);
    await Promise.all(this.closing);
  }

  /** Closes the routes that nothing has used for the idle time. */
  private sweep(now: number): void {
    for (const [key, route] of this.routes) {
      if (route.lastUsedAt + this.settings.idleMs <= now && route.isIdle) this.remove(key);
    }
  }

  /**
   * Whoever calls many hosts makes room among its own, so that it costs no other tenant a connection. A scan of all, which
   * only the making of a route beyond the limit pays for.
   */
  private evict(newcomer: string): void {
    const held = new Map([[newcomer, 1]]);
    for (const { tenant } of this.routes.values()) held.set(tenant, (held.get(tenant) ?? 0) + 1);
    let gives: { key: string; held: number; lastUsedAt: number } | null = null;
    for (const [key, { tenant, lastUsedAt }] of this.routes) {
      const its = held.get(tenant) as number;
      if (gives === null || its > gives.held || (its === gives.held && lastUsedAt < gives.lastUsedAt))
        gives = { key, held: its, lastUsedAt };
    }
    if (gives !== null) this.remove(gives.key);
  }

  private remove(key: string): void {
    const route = this.routes.get(key);
    if (route === undefined) return;
    this.routes.delete(key);
    const closing = route.close().then(() => {
      this.closing.delete(closing);
    });
    this.closing.add(closing);
  }
}

import { Route } from './route.ts';
import type { Settings } from './settings.ts';
import type { Target } from './target.ts';

/** All routes, bounded: the one unused for longest gives way, and idle ones are closed. */
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
      if (this.routes.size >= this.settings.maxPools) this.evict();
      route = new Route(target, this.settings, this.countSocket);
      this.routes.set(key, route);
    }
    route.lastUsedAt = now;
    return route;
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

  /** A scan of all, which only the making of a route beyond the limit pays for. */
  private evict(): void {
    let oldest: string | null = null;
    let oldestAt = Number.POSITIVE_INFINITY;
    for (const [key, route] of this.routes) {
      if (route.lastUsedAt < oldestAt) {
        oldest = key;
        oldestAt = route.lastUsedAt;
      }
    }
    if (oldest !== null) this.remove(oldest);
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

import { refusalByHosts } from './allow-list.ts';
import { isWorthRedialling, reasonBeforeSending } from './classify-error.ts';
import { Exchange } from './exchange.ts';
import { failureOf, isDenied, type Reason } from './reasons.ts';
import { sendFollowing } from './redirects.ts';
import { headerListOf } from './request-headers.ts';
import { RouteTable } from './route-table.ts';
import { type Settings, settingsOf } from './settings.ts';
import { createTargetFinder, type Destination } from './target.ts';
import type { Egress, EgressOptions, EgressOutcome, EgressRequest } from './types.ts';
import { WarmUp } from './warm-up.ts';

const method = /^[A-Z]{3,20}$/;
const refusedMethods = new Set(['CONNECT', 'TRACE', 'TRACK']);
/** Further dispatches of a request that was not sent. */
const maxRedials = 3;

export function createEgress(options: EgressOptions = {}): Egress {
  return egressOf(settingsOf(options));
}

/** Puts the parts together: checks, then a route, then a dispatch; the usual request waits for nothing but its answer. */
export function egressOf(settings: Settings): Egress {
  const findDestination = createTargetFinder(settings);
  const routes = new RouteTable(settings);
  let closed = false;

  function reportRefusal(tenant: string, url: string, reason: Reason): void {
    if (isDenied(reason)) settings.onRefused({ tenant, host: URL.parse(url)?.hostname ?? '', reason });
  }

  function refuse(request: EgressRequest, reason: Reason): Promise<EgressOutcome> {
    reportRefusal(request.tenant, request.url, reason);
    return Promise.resolve({ ok: false, failure: failureOf(reason, false) });
  }

  function allowedDestination(url: string, hosts: readonly string[]): Destination | Reason {
    const destination = findDestination(url);
    if (typeof destination === 'string') return destination;
    return refusalByHosts(destination.target, hosts) ?? destination;
  }

  function dispatch(exchange: Exchange): void {
    exchange.address = exchange.route.address;
    exchange.route.dispatch(exchange);
  }

  function sendOnce(request: EgressRequest): Promise<EgressOutcome> {
    const startedAt = performance.now();
    // 1. Everything that can be judged without the network.
    if (closed) return refuse(request, 'egress_closed');
    const destination = allowedDestination(request.url, request.hosts);
    if (typeof destination === 'string') return refuse(request, destination);
    if (!method.test(request.method) || refusedMethods.has(request.method))
      return refuse(request, 'method_not_allowed');
    const headers = headerListOf(request.headers);
    if (typeof headers === 'string') return refuse(request, headers);
    if (request.signal?.aborted === true) return refuse(request, 'cancelled');
    if (!(startedAt < request.deadlineAt)) return refuse(request, 'deadline_passed');

    // 2. The way there; from here on the deadline and the signal are watched.
    const { tenant, method: verb, body } = request;
    const route = routes.get(tenant, destination.target, startedAt);
    const options = { method: verb, path: destination.path, headers, body };
    const exchange = new Exchange(request, route, options, startedAt, afterUnsent);

    // 3. At once over known addresses, else after resolving.
    if (route.isReady(startedAt)) dispatch(exchange);
    else void resolveThenDispatch(exchange);
    return exchange.outcome;
  }

  function fail(exchange: Exchange, reason: Reason): void {
    reportRefusal(exchange.request.tenant, exchange.request.url, reason);
    exchange.fail(reason);
  }

  async function resolveThenDispatch(exchange: Exchange): Promise<void> {
    const reason = await exchange.route.resolve();
    if (exchange.settled) return;
    if (reason !== null) return fail(exchange, reason);
    if (closed) return fail(exchange, 'egress_closed');
    dispatch(exchange);
  }

  /** Nothing was sent: tries the next address of the name, or once more where a kept socket turned out to be dead. */
  function afterUnsent(exchange: Exchange, error: Error): void {
    const { route } = exchange;
    const limit = Math.min(maxRedials, Math.max(1, route.addressCount - 1));
    if (closed || exchange.redials >= limit || !isWorthRedialling(error, route.addressCount)) {
      return fail(exchange, reasonBeforeSending(error));
    }
    exchange.redials += 1;
    route.turnFrom(exchange.address);
    dispatch(exchange);
  }

  return {
    send(request) {
      if (request.followRedirects !== true) return sendOnce(request);
      return sendFollowing(request, sendOnce, settings.trustedOrigins, (at, reason) =>
        reportRefusal(at.tenant, at.url, reason),
      );
    },

    async warm(tenant, url, hosts) {
      const destination = closed ? 'egress_closed' : allowedDestination(url, hosts);
      if (typeof destination === 'string') {
        reportRefusal(tenant, url, destination);
        return false;
      }
      const now = performance.now();
      const route = routes.get(tenant, destination.target, now);
      if (!route.isReady(now)) {
        const reason = await route.resolve();
        if (reason !== null) {
          reportRefusal(tenant, url, reason);
          return false;
        }
        if (closed) return false;
      }
      const warmUp = new WarmUp();
      route.dispatch(warmUp);
      return warmUp.done;
    },

    stats: () => ({ pools: routes.pools, sockets: routes.sockets }),

    async close() {
      closed = true;
      await routes.close();
    },
  };
}

import { isWorthRedialling, reasonBeforeSending } from './classify-error.ts';
import { createDestinations } from './destinations.ts';
import { Exchange } from './exchange.ts';
import { failureOf, isDenied, type Reason } from './reasons.ts';
import { sendFollowing } from './redirects.ts';
import { headerListOf } from './request-headers.ts';
import type { Route } from './route.ts';
import { RouteTable } from './route-table.ts';
import { type Settings, settingsOf } from './settings.ts';
import { StreamTransfer } from './stream-transfer.ts';
import type { OnUnsent, Transfer } from './transfer.ts';
import type {
  Egress,
  EgressFailure,
  EgressOptions,
  EgressOutcome,
  EgressRequest,
  EgressStreamOutcome,
  EgressStreamRequest,
} from './types.ts';
import { WarmUp } from './warm-up.ts';

type SendOptions = Transfer['options'];

const method = /^[A-Z]{3,20}$/;
const refusedMethods = new Set(['CONNECT', 'TRACE', 'TRACK']);
/** Further dispatches of a request that was not sent. */
const maxRedials = 3;

export function createEgress(options: EgressOptions = {}): Egress {
  return egressOf(settingsOf(options));
}

/** Puts the parts together: checks, then a route, then a dispatch; the usual request waits for nothing but its answer. */
export function egressOf(settings: Settings): Egress {
  const destinations = createDestinations(settings);
  const routes = new RouteTable(settings);
  let closed = false;

  function reportRefusal(tenant: string, url: string, reason: Reason): void {
    if (isDenied(reason)) settings.onRefused({ tenant, host: URL.parse(url)?.hostname ?? '', reason });
  }

  function refuse(request: EgressRequest, reason: Reason): { ok: false; failure: EgressFailure } {
    reportRefusal(request.tenant, request.url, reason);
    return { ok: false, failure: failureOf(reason, false) };
  }

  function dispatch(exchange: Transfer): void {
    exchange.address = exchange.route.address;
    exchange.route.dispatch(exchange);
  }

  /** Sends a request as a transfer of the given kind, or says why it may not be sent. */
  function begin<Request extends EgressRequest, Kind extends Transfer>(
    Kind: new (request: Request, route: Route, options: SendOptions, startedAt: number, onUnsent: OnUnsent) => Kind,
    request: Request,
  ): Kind | Reason {
    const startedAt = performance.now();
    // 1. Everything that can be judged without the network.
    if (closed) return 'egress_closed';
    const destination = destinations.allowed(request.tenant, request.url, request.hosts);
    if (typeof destination === 'string') return destination;
    if (!method.test(request.method) || refusedMethods.has(request.method)) return 'method_not_allowed';
    const headers = headerListOf(request.headers);
    if (typeof headers === 'string') return headers;
    if (request.signal?.aborted === true) return 'cancelled';
    if (!(startedAt < request.deadlineAt)) return 'deadline_passed';

    // 2. The way there; from here on the deadline and the signal are watched.
    const { tenant, method: verb, body } = request;
    const route = routes.get(tenant, destination.target, startedAt);
    const options = { method: verb, path: destination.path, headers, body };
    const transfer = new Kind(request, route, options, startedAt, afterUnsent);

    // 3. At once over known addresses, else after resolving.
    if (route.isReady(startedAt)) dispatch(transfer);
    else void resolveThenDispatch(transfer);
    return transfer;
  }

  function sendOnce(request: EgressRequest): Promise<EgressOutcome> {
    const begun = begin(Exchange, request);
    return typeof begun === 'string' ? Promise.resolve(refuse(request, begun)) : begun.outcome;
  }

  function openOnce(request: EgressStreamRequest): Promise<EgressStreamOutcome> {
    const begun = begin(StreamTransfer, request);
    return typeof begun === 'string' ? Promise.resolve(refuse(request, begun)) : begun.outcome;
  }

  function fail(exchange: Transfer, reason: Reason): void {
    reportRefusal(exchange.request.tenant, exchange.request.url, reason);
    exchange.fail(reason);
  }

  async function resolveThenDispatch(exchange: Transfer): Promise<void> {
    let reason = await exchange.route.resolve();
    for (let i = 0; i < maxRedials && reason === 'descriptors_exhausted' && (await routes.closeIdle()); i++)
      reason = await exchange.route.resolve();
    if (exchange.settled) return;
    if (reason !== null) return fail(exchange, reason);
    if (closed) return fail(exchange, 'egress_closed');
    dispatch(exchange);
  }

  /** Without a descriptor for a socket: takes that of an idle one, which costs whoever had it a handshake at most. */
  async function makeRoomThenDispatch(exchange: Transfer): Promise<void> {
    const made = await routes.closeIdle();
    if (exchange.settled) return;
    if (closed || !made) return fail(exchange, closed ? 'egress_closed' : 'descriptors_exhausted');
    dispatch(exchange);
  }

  /**
   * Nothing was sent: tries the next address of the name, once more where a kept socket turned out to be dead, or with the
   * descriptor of an idle socket where none is left.
   */
  function afterUnsent(exchange: Transfer, error: Error): void {
    const { route } = exchange;
    if (!closed && exchange.redials < maxRedials && reasonBeforeSending(error) === 'descriptors_exhausted') {
      exchange.redials += 1;
      return void makeRoomThenDispatch(exchange);
    }
    const limit = Math.min(maxRedials, Math.max(1, route.addressCount - 1));
    if (closed || exchange.redials >= limit || !isWorthRedialling(error, route.addressCount)) {
      return fail(exchange, reasonBeforeSending(error));
    }
    exchange.redials += 1;
    route.turnFrom(exchange.address);
    dispatch(exchange);
  }

  function onRedirectRefused(at: EgressRequest, reason: Reason): void {
    reportRefusal(at.tenant, at.url, reason);
  }

  return {
    send(request) {
      if (request.followRedirects !== true) return sendOnce(request);
      return sendFollowing(request, sendOnce, destinations.isInside, onRedirectRefused);
    },

    open(request) {
      if (request.followRedirects !== true) return openOnce(request);
      return sendFollowing(request, openOnce, destinations.isInside, onRedirectRefused, ({ body }) => body.cancel());
    },

    async warm(tenant, url, hosts) {
      const destination = closed ? 'egress_closed' : destinations.allowed(tenant, url, hosts);
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

import { TenantId, toErrorBody } from '@patchbay/contracts';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Finished } from '../oauth/finish-connect.ts';
import type { Followed } from '../oauth/follow-connect.ts';
import { reportAlteredStore } from '../operations/altered-store.ts';
import type { Caller, Report } from '../operations/ports.ts';
import { page } from './page.ts';

export interface ConnectPagesOptions {
  readonly followConnect: (tenant: string, connect: string) => Promise<Followed>;
  readonly finishConnect: (
    query: Readonly<Record<string, string>>,
    cookie: string | null,
    caller: Caller,
  ) => Promise<Finished>;
  readonly report: Report;
  /** Where browsers reach it, without a slash at the end. */
  readonly publicUrl: string;
}

const connectId = /^cnx_[0-9A-HJKMNP-TV-Z]{26}$/;
/** Seconds that the cookie lives: as long as a user may take at the vendor's page. */
const cookieSeconds = 3_600;
/** Milliseconds in which a request must be here whole. */
const requestMs = 10_000;

/**
 * The two addresses that browsers come to: the connect link, and the callback that vendors send them back to. Nothing of a
 * query is logged, kept in a browser's cache, or sent on as a referrer: it holds codes.
 */
export function createConnectPages(options: ConnectPagesOptions): FastifyInstance {
  const { followConnect, finishConnect, report, publicUrl } = options;
  const secure = publicUrl.startsWith('https:');
  // The prefix makes the browser refuse a cookie of that name from a neighbouring host or without TLS.
  const cookieName = secure ? '__Host-patchbay-connect' : 'patchbay-connect';
  const cookie = (value: string, seconds: number) =>
    `${cookieName}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;

  const app = fastify({
    logger: false,
    bodyLimit: 1_024,
    requestTimeout: requestMs,
    connectionTimeout: 2 * requestMs,
    routerOptions: { maxParamLength: 100 },
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      ...(secure && { 'strict-transport-security': 'max-age=31536000' }),
    });
  });
  app.setNotFoundHandler((_request, reply) => show(reply, 404, 'gone'));
  app.setErrorHandler((error, request, reply) => {
    const { code } = toErrorBody(error);
    if (!reportAlteredStore(report, error, { page: request.routeOptions.url }))
      report('error', 'a connect page failed', { code, err: error });
    return show(reply, 503, 'failed');
  });

  app.get<{ Params: { tenant: string; connect: string } }>('/connect/:tenant/:connect', async ({ params }, reply) => {
    const { tenant, connect } = params;
    if (!TenantId.safeParse(tenant).success || !connectId.test(connect)) return show(reply, 404, 'gone');
    const followed = await followConnect(tenant, connect);
    if (!followed.ok) return show(reply, followed.why === 'gone' ? 404 : 410, followed.why);
    return reply.header('set-cookie', cookie(followed.cookie, cookieSeconds)).redirect(followed.location, 302);
  });

  app.get<{ Querystring: Record<string, string | string[]> }>('/oauth/callback', async (request, reply) => {
    const query = Object.fromEntries(
      Object.entries(request.query).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    );
    const found = (request.headers.cookie ?? '')
      .split(/; */)
      .find((pair) => pair.startsWith(`${cookieName}=`))
      ?.slice(cookieName.length + 1);
    const finished = await finishConnect(query, found ?? null, { traceId: null });
    reply.header('set-cookie', cookie('', 0));
    if (finished.ok) return show(reply, 200, 'connected');
    return show(reply, finished.why === 'refused' ? 400 : 200, finished.why);
  });
  return app;
}

function show(reply: FastifyReply, status: number, what: Parameters<typeof page>[0]): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(page(what));
}

import { Svcm } from '@nats-io/services';
import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import {
  errorCatalogue,
  headers as headerNames,
  type Identity,
  inboxPrefixOf,
  issuesOf,
  maxMessageBytes,
  PatchbayError,
  parseSubject,
  queueGroupOf,
  type RequestRoute,
  TenantId,
  toErrorBody,
  wildcardSubject,
} from '@patchbay/contracts';
import { tooLarge } from './failures.ts';
import { flushPatiently } from './flush.ts';
import { decodeJson } from './json.ts';
import { ReceiptClock } from './receipt-clock.ts';
import { SignsOfLife } from './signs-of-life.ts';
import type {
  AnyEndpoint,
  Endpoint,
  RequestContext,
  ServedEndpoints,
  ServiceDescription,
  SubjectValues,
  TraceRequests,
} from './types.ts';

/** Ties an endpoint's handler to its route's types. */
export function endpoint<Route extends RequestRoute>(
  name: string,
  route: Route,
  handler: Endpoint<Route>['handler'],
  onFailure?: Endpoint<Route>['onFailure'],
  onArrival?: Endpoint<Route>['onArrival'],
): AnyEndpoint {
  return { name, route, handler, ...(onFailure && { onFailure }), ...(onArrival && { onArrival }) };
}

/** Identities whose inboxes carry the tenant, so that an answer can only go to the tenant that asked. */
const tenantIdentities: readonly Identity[] = ['agent', 'auditor'];

/**
 * Serves endpoints as a NATS service (`$SRV.PING|INFO|STATS` answer), sharing requests among the processes of the
 * service's queue group.
 */
export async function serveEndpoints(
  connection: NatsConnection,
  description: ServiceDescription,
  endpoints: readonly AnyEndpoint[],
): Promise<ServedEndpoints> {
  const onError = description.onError ?? (() => {});
  let inFlight = 0;
  let onIdle: (() => void) | null = null;
  const first = endpoints[0] === undefined ? null : wildcardSubject(endpoints[0].route.subject);
  const service = await new Svcm(connection as never).add({
    name: description.name,
    version: description.version,
    description: description.description,
    ...(description.status !== undefined && {
      // The framework asks for each endpoint in turn; it is the process's, so the first one carries it.
      statsHandler: async ({ subject }) => (subject === first ? ((await description.status?.()) ?? null) : null),
    }),
  });
  const receipts = new ReceiptClock(() => connection.flush());
  const signs = new SignsOfLife();
  for (const served of endpoints) {
    const answer = answerer(connection, receipts, signs, served, onError, description.trace);
    service.addEndpoint(served.name, {
      subject: wildcardSubject(served.route.subject),
      queue: queueGroupOf(served.route.owner),
      handler: (error, message) => {
        if (error) return onError(error, served.name);
        inFlight++;
        answer(message as unknown as Msg).finally(() => {
          inFlight--;
          if (inFlight === 0) onIdle?.();
        });
      },
    });
  }
  // Until the server has the subscriptions, a request would find nobody.
  await flushPatiently(connection);
  return {
    get inFlight() {
      return inFlight;
    },
    async stop() {
      await service.stop();
      if (inFlight > 0) await new Promise<void>((resolve) => (onIdle = resolve));
      receipts.stop();
    },
  };
}

/** A request that never rejects: every failure is an answer, or a report when there is nobody to answer. */
function answerer(
  connection: NatsConnection,
  receipts: ReceiptClock,
  signs: SignsOfLife,
  served: AnyEndpoint,
  onError: (error: unknown, where: string) => void,
  trace: TraceRequests | undefined,
): (message: Msg) => Promise<void> {
  const { route } = served;
  const answerFailure = (message: Msg, error: unknown, context: RequestContext) => {
    if (!(error instanceof PatchbayError)) onError(error, served.name);
    try {
      respondFailure(connection, message, served, error, context);
    } catch (second) {
      onError(second, served.name);
    }
  };
  return async (message) => {
    const receivedAt = receipts.receivedAt();
    const values = parseSubject(route.subject, message.subject) ?? {};
    const inbox = message.reply ? inboxOf(route, values, message.reply) : null;
    if (inbox === null) {
      // Nothing may be sent to a reply subject outside the inboxes of those who may call: see inboxPrefixOf.
      onError(new Error('a request named a reply subject that its sender does not own, or none'), served.name);
      return;
    }
    if (served.onArrival !== undefined) {
      try {
        served.onArrival(values);
      } catch (error) {
        return answerFailure(message, error, { values, receivedAt, ...unread, replyTo: message.reply as string });
      }
    }
    let context: RequestContext = {
      values,
      receivedAt,
      budgetMs: budgetOf(message),
      traceparent: message.headers?.get(headerNames.traceparent) || null,
      presence: presenceOf(inbox, message),
      replyTo: message.reply ?? '',
    };
    const span = trace?.(served.name, route.subject, context);
    if (span !== undefined) context = { ...context, traceparent: span.traceparent };
    let failure: unknown = null;
    signs.begin(message);
    try {
      const body = parseBody(route, values, message.data);
      const result = await served.handler(body as never, context);
      signs.end(message);
      respond(connection, message, result);
    } catch (error) {
      signs.end(message);
      failure = error;
      answerFailure(message, error, context);
    }
    span?.end(failure === null ? null : toErrorBody(failure).code);
  };
}

/** What is not known of a request whose headers were not read. */
const unread = { budgetMs: null, traceparent: null, presence: null };

/** The inbox of an identity that may call, and of this tenant, in which the subject lies; null when it lies in none. */
function inboxOf(route: RequestRoute, values: SubjectValues, subject: string): string | null {
  for (const caller of route.callers) {
    if (values.caller !== undefined && values.caller !== caller) continue;
    const tenant = tenantIdentities.includes(caller) ? values.tenant : undefined;
    if (tenantIdentities.includes(caller) && tenant === undefined) continue;
    const inbox = `${inboxPrefixOf(caller, tenant)}.`;
    if (subject.startsWith(inbox)) return inbox;
  }
  return null;
}

/** A subject without wildcards, short enough to be one. */
const plainSubject = /^[A-Za-z0-9_$-]+(?:\.[A-Za-z0-9_$-]+)+$/;

/** Where the caller can be found: in the inbox it is answered in, or a request could make us write to another's. */
function presenceOf(inbox: string, message: Msg): string | null {
  const presence = message.headers?.get(headerNames.presence);
  if (!presence || presence.length > 200 || !plainSubject.test(presence)) return null;
  return presence.startsWith(inbox) ? presence : null;
}

function budgetOf(message: Msg): number | null {
  const value = Number(message.headers?.get(headerNames.budgetMs) || Number.NaN);
  return Number.isFinite(value) && value > 0 ? value : null;
}

function parseBody(route: RequestRoute, values: SubjectValues, payload: Uint8Array): unknown {
  if (values.tenant !== undefined && !TenantId.safeParse(values.tenant).success) {
    throw new PatchbayError('invalid_request', {
      message: 'The tenant in the subject is not a tenant id.',
      details: { issues: [{ path: 'subject.tenant', message: 'not a tenant id' }] },
    });
  }
  if (payload.byteLength > maxMessageBytes) throw tooLarge();
  const decoded = decodeJson(payload);
  if (decoded === undefined)
    throw new PatchbayError('invalid_request', {
      message: 'The message is not JSON.',
      details: { issues: [{ path: '', message: 'not JSON' }] },
    });
  const parsed = route.request.safeParse(decoded);
  if (parsed.success) return parsed.data;
  const issues = issuesOf(parsed.error);
  const first = issues[0];
  throw new PatchbayError('invalid_request', {
    message: `The message does not follow its contract: ${first?.path ? `${first.path}: ` : ''}${first?.message ?? ''}`,
    details: { issues },
  });
}

function respond(connection: NatsConnection, message: Msg, result: unknown): void {
  const payload = JSON.stringify(result);
  if (payload.length > (connection.info?.max_payload ?? maxMessageBytes)) {
    throw new PatchbayError('response_too_large', { message: 'The answer is larger than a message may be.' });
  }
  message.respond(payload);
}

function respondFailure(
  connection: NatsConnection,
  message: Msg,
  served: AnyEndpoint,
  error: unknown,
  context: RequestContext,
): void {
  if (served.onFailure) return respond(connection, message, served.onFailure(error, context));
  const body = toErrorBody(error);
  const head = headers();
  head.set('Nats-Service-Error-Code', String(errorCatalogue[body.code].httpStatus));
  head.set('Nats-Service-Error', body.code);
  message.respond(JSON.stringify({ error: body }), { headers: head });
}

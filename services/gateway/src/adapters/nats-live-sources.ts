import {
  AuditBatch,
  type AuditEvent,
  decodeWebhookEvent,
  type EventRoute,
  events,
  everyTenant,
  type LiveTopic,
  platformScope,
  webhookEventHeader,
  webhookSubject,
} from '@patchbay/contracts';
import type { Messaging, Subscription } from '@patchbay/messaging';
import type { z } from 'zod';
import type { HearTopic, LiveDraft } from '../live/live-topics.ts';

type Tell = (draft: LiveDraft) => void;
type Listen = (messaging: Messaging, tenant: string, tell: Tell) => readonly Subscription[];

/** What is heard for each topic, and what is told of it. */
const listenTo: Readonly<Record<LiveTopic, Listen>> = {
  executions: (messaging, tenant, tell) => [
    // Executors announce no beginning: each would cost one more message on the way of every call. Their intents say it.
    messaging.hearMessages(`audit.v1.{tenant}.execution`, { tenant }, ({ payload }) => {
      for (const event of intentsOf(payload)) tell(begun(event));
    }),
    hear(
      messaging,
      events.executionFinished,
      tenant,
      ({ execution_id, session, result }) => ({
        id: `${execution_id}.finished`,
        type: 'dev.patchbay.execution.finished',
        subject: execution_id,
        facets: { execution: execution_id, session, tool: result.tool },
      }),
      tell,
    ),
  ],
  plans: (messaging, tenant, tell) => [
    hear(
      messaging,
      events.planProgress,
      tenant,
      ({ plan_id, call, status, session, tool, execution_id }) => ({
        id: `${plan_id}.${call}.${status === 'started' ? status : 'ended'}`,
        type: 'dev.patchbay.plan.progress',
        subject: plan_id,
        facets: { plan: plan_id, session, tool, execution: execution_id },
      }),
      tell,
    ),
    hear(
      messaging,
      events.planFinished,
      tenant,
      ({ plan_id, session }) => ({
        id: `${plan_id}.finished`,
        type: 'dev.patchbay.plan.finished',
        subject: plan_id,
        facets: { plan: plan_id, session },
      }),
      tell,
    ),
  ],
  submissions: (messaging, tenant, tell) => [
    hear(
      messaging,
      events.submissionFinished,
      tenant,
      ({ submission_id, session, result, plan }) => ({
        id: `${submission_id}.finished`,
        type: 'dev.patchbay.submission.finished',
        subject: submission_id,
        facets: { session, tool: result?.tool ?? null, plan: plan?.plan_id ?? null },
      }),
      tell,
    ),
  ],
  registry: (messaging, tenant, tell) =>
    // What concerns everyone concerns each.
    (tenant === platformScope ? [everyTenant] : [tenant, everyTenant]).map((one) =>
      hear(
        messaging,
        events.registryChanged,
        one,
        ({ integration, scope }) => ({
          id: null,
          type: 'dev.patchbay.registry.changed',
          subject: integration ?? scope,
          facets: { integration },
        }),
        tell,
      ),
    ),
  circuits: (messaging, tenant, tell) => [
    messaging.subscribeEvent(events.circuitChanged, {}, ({ executor, ...change }) => {
      // A host's circuit is nobody's own: which hosts others call is theirs to know, and the platform's.
      if (tenant !== platformScope && change.tenant !== tenant) return;
      tell({
        id: `${executor}.${change.host}.${change.tenant ?? everyTenant}.${change.sent_at}`,
        type: 'dev.patchbay.circuit.changed',
        subject: change.host,
        time: new Date(change.sent_at).toISOString(),
        data: change,
        facets: {},
      });
    }),
  ],
  connections: (messaging, tenant, tell) => [
    hear(
      messaging,
      events.connectionExpired,
      tenant,
      ({ connection, integration }) => ({
        id: null,
        type: 'dev.patchbay.connection.expired',
        subject: connection,
        facets: { integration },
      }),
      tell,
    ),
  ],
  webhooks: (messaging, tenant, tell) => [
    messaging.hearMessages(webhookSubject, { tenant }, ({ payload, header }) => {
      const event = decodeWebhookEvent(header(webhookEventHeader));
      if (event === null) return;
      // Bodies can be large, and headers personal: they are asked for by the event's id.
      const { request, traceparent: _traceparent, ...facts } = event;
      tell({
        id: event.id,
        type: 'dev.patchbay.webhook.received',
        subject: event.id,
        time: event.received_at,
        data: { ...facts, request_id: request.id, payload_bytes: payload.length },
        facets: { source: event.source },
      });
    }),
  ],
  subscriptions: (messaging, tenant, tell) => [
    hear(
      messaging,
      events.subscriptionChanged,
      tenant,
      ({ subscription }) => ({
        id: null,
        type: 'dev.patchbay.subscription.changed',
        subject: subscription,
        facets: {},
      }),
      tell,
    ),
  ],
  approvals: (messaging, tenant, tell) =>
    (['requested', 'decided'] as const).map((what) =>
      hear(
        messaging,
        what === 'requested' ? events.approvalRequested : events.approvalDecided,
        tenant,
        ({ id, tool, integration, session, execution_id: execution }) => ({
          id: `${id}.${what}`,
          type: `dev.patchbay.approval.${what}`,
          subject: id,
          facets: { tool, integration, execution, session },
        }),
        tell,
      ),
    ),
};

/** What happens to tenants, as NATS tells it. */
export function createNatsLiveSources(messaging: Messaging): HearTopic {
  return (tenant, topic, tell) => {
    const heard = listenTo[topic](messaging, tenant, tell);
    return {
      ready: messaging.flush(),
      close() {
        for (const one of heard) one.unsubscribe();
      },
    };
  };
}

function hear<Route extends EventRoute>(
  messaging: Messaging,
  route: Route,
  tenant: string,
  describe: (body: z.output<Route['body']>) => Omit<LiveDraft, 'data' | 'time'>,
  tell: Tell,
): Subscription {
  return messaging.subscribeEvent(route, { tenant }, (body) =>
    tell({ ...describe(body), time: null, data: body as Record<string, unknown> }),
  );
}

/** Executors alone write there: NATS lets nobody else. */
function intentsOf(payload: Uint8Array): readonly AuditEvent[] {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
  // Most batches of a busy tenant hold outcomes too; those without an intent are not worth reading.
  if (!text.includes('"intent"')) return [];
  try {
    const batch = AuditBatch.safeParse(JSON.parse(text));
    return (batch.data ?? []).filter(({ data }) => data.outcome === 'intent' && data.execution_id !== undefined);
  } catch {
    return [];
  }
}

function begun({ time, data }: AuditEvent): LiveDraft {
  const { actor, execution_id: execution = '', tool = null, integration = null, plan_id: plan = null } = data;
  const session = actor.session ?? null;
  return {
    id: `${execution}.begun`,
    type: 'dev.patchbay.execution.begun',
    subject: execution,
    time,
    data: {
      execution_id: execution,
      session,
      agent: actor.kind === 'agent' ? actor.id : null,
      tool,
      version: data.target.version ?? null,
      integration,
      risk: data.risk ?? null,
      connection: data.connection ?? null,
      plan_id: plan,
    },
    facets: { execution, session, tool, integration, plan },
  };
}

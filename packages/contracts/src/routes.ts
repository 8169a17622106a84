import { auditExportRoutes } from './audit-export-routes.ts';
import { auditLogRoutes } from './audit-log-routes.ts';
import { auditRetentionRoutes } from './audit-retention-routes.ts';
import { auditSinkRoutes } from './audit-sink-routes.ts';
import { executorWebhookRoutes } from './executor-webhook-routes.ts';
import { gatewayRoutes } from './gateway-routes.ts';
import { AnalyticsRequest, AnalyticsResult } from './messages/analytics.ts';
import {
  AuditQuery,
  AuditQueryResult,
  ListUnknown,
  ListUnknownResult,
  VerifyAudit,
  VerifyAuditResult,
} from './messages/audit.ts';
import { CopyAuditDatabase, CopyAuditDatabaseResult } from './messages/audit-database.ts';
import { CircuitChanged, ListCircuitsRequest, ListCircuitsResult } from './messages/circuits.ts';
import {
  CancelBroadcast,
  CancelRequest,
  CancelResult,
  ExecuteRequest,
  ExecutionFinished,
  ExecutionResult,
} from './messages/execution.ts';
import { ProcessAlive } from './messages/executor.ts';
import { ConnectionExpired } from './messages/oauth.ts';
import { PlanFinished, PlanProgress, PlanRequest, PlanResult } from './messages/plan.ts';
import { RegistryChanged } from './messages/registry.ts';
import { StreamCredit } from './messages/stream.ts';
import {
  DropDeadLetterRequest,
  DropDeadLetterResult,
  ListDeadLettersRequest,
  ListDeadLettersResult,
  ReplayDeadLetterRequest,
  ShowDeadLetterRequest,
  ShowDeadLetterResult,
  SubmissionFinished,
  SubmissionResult,
  SubmissionResultRequest,
  SubmitRequest,
  SubmitResult,
} from './messages/submission.ts';
import { ExecutorStats, ExecutorStatsRequest } from './messages/telemetry.ts';
import { LeaseRevoked } from './messages/vault.ts';
import { TenantKeysChanged } from './messages/vault-keys.ts';
import { WarmBroadcast, WarmRequest, WarmResult } from './messages/warm.ts';
import { SecretsDropped } from './messages/webhook-secrets.ts';
import { approvalEvents, policyRoutes } from './policy-routes.ts';
import { privacyRoutes } from './privacy-routes.ts';
import { registryRoutes } from './registry-routes.ts';
import { broadcast, event, request, type ServiceName, type SignalRoute } from './route-kinds.ts';
import { subjectEvents, subjectRoutes } from './subject-routes.ts';
import { vaultRoutes } from './vault-routes.ts';
import { webhookEvents, webhookRoutes } from './webhook-routes.ts';

/** The whole surface on NATS. A name here is the name of the operation's file in the owning service. */
export const routes = {
  executeTool: request({
    subject: 'tools.v1.{tenant}.execute',
    owner: 'executor',
    callers: ['agent', 'admin', 'webhook-delivery', 'gateway'],
    request: ExecuteRequest,
    response: ExecutionResult,
    timeoutMs: 10_000,
  }),
  executePlan: request({
    subject: 'tools.v1.{tenant}.plan',
    owner: 'executor',
    callers: ['agent', 'admin', 'webhook-delivery', 'gateway'],
    request: PlanRequest,
    response: PlanResult,
    timeoutMs: 10_000,
  }),
  /** The same three from a door that knows who came in by it, and is believed when it says so in `context.principal`. */
  executeToolFor: request({
    subject: 'svc.executor.v1.calls.{caller}.{tenant}.execute',
    owner: 'executor',
    callers: ['gateway'],
    request: ExecuteRequest,
    response: ExecutionResult,
    timeoutMs: 10_000,
  }),
  executePlanFor: request({
    subject: 'svc.executor.v1.calls.{caller}.{tenant}.plan',
    owner: 'executor',
    callers: ['gateway'],
    request: PlanRequest,
    response: PlanResult,
    timeoutMs: 10_000,
  }),
  submitToolFor: request({
    subject: 'svc.executor.v1.calls.{caller}.{tenant}.submit',
    owner: 'executor',
    callers: ['gateway'],
    request: SubmitRequest,
    response: SubmitResult,
    timeoutMs: 5_000,
  }),
  cancelExecution: request({
    subject: 'tools.v1.{tenant}.cancel',
    owner: 'executor',
    callers: ['agent', 'admin', 'gateway'],
    request: CancelRequest,
    response: CancelResult,
    timeoutMs: 2_000,
  }),
  warmSession: request({
    subject: 'tools.v1.{tenant}.warm',
    owner: 'executor',
    callers: ['agent', 'admin', 'gateway'],
    request: WarmRequest,
    response: WarmResult,
    timeoutMs: 5_000,
  }),
  listCircuits: request({
    subject: 'svc.executor.v1.circuits',
    owner: 'executor',
    callers: ['admin', 'gateway'],
    request: ListCircuitsRequest,
    response: ListCircuitsResult,
    timeoutMs: 2_000,
  }),
  submitTool: request({
    subject: 'tools.v1.{tenant}.submit',
    owner: 'executor',
    callers: ['agent', 'admin', 'webhook-delivery', 'gateway'],
    request: SubmitRequest,
    response: SubmitResult,
    timeoutMs: 5_000,
  }),
  getSubmissionResult: request({
    subject: 'tools.v1.{tenant}.result',
    owner: 'executor',
    callers: ['agent', 'admin', 'webhook-delivery', 'gateway'],
    request: SubmissionResultRequest,
    response: SubmissionResult,
    timeoutMs: 5_000,
  }),
  listDeadLetters: request({
    subject: 'svc.executor.v1.deadletters.list',
    owner: 'executor',
    callers: ['admin', 'gateway'],
    request: ListDeadLettersRequest,
    response: ListDeadLettersResult,
    timeoutMs: 10_000,
  }),
  showDeadLetter: request({
    subject: 'svc.executor.v1.deadletters.show',
    owner: 'executor',
    callers: ['admin', 'gateway'],
    request: ShowDeadLetterRequest,
    response: ShowDeadLetterResult,
    timeoutMs: 5_000,
  }),
  replayDeadLetter: request({
    subject: 'svc.executor.v1.deadletters.replay',
    owner: 'executor',
    callers: ['admin', 'gateway'],
    request: ReplayDeadLetterRequest,
    response: SubmitResult,
    timeoutMs: 5_000,
  }),
  dropDeadLetter: request({
    subject: 'svc.executor.v1.deadletters.drop',
    owner: 'executor',
    callers: ['admin', 'gateway'],
    request: DropDeadLetterRequest,
    response: DropDeadLetterResult,
    timeoutMs: 5_000,
  }),
  ...registryRoutes,
  ...executorWebhookRoutes,
  ...vaultRoutes,
  ...webhookRoutes,
  ...gatewayRoutes,
  ...policyRoutes,
  ...subjectRoutes,
  ...privacyRoutes,
  ...auditLogRoutes,
  ...auditRetentionRoutes,
  ...auditExportRoutes,
  ...auditSinkRoutes,
  queryAudit: request({
    subject: 'svc.audit.v1.query',
    owner: 'audit',
    callers: ['admin', 'gateway'],
    request: AuditQuery,
    response: AuditQueryResult,
    timeoutMs: 10_000,
  }),
  listUnknown: request({
    subject: 'svc.audit.v1.unknown',
    owner: 'audit',
    callers: ['admin', 'gateway'],
    request: ListUnknown,
    response: ListUnknownResult,
    timeoutMs: 10_000,
  }),
  copyAuditDatabase: request({
    subject: 'svc.audit.v1.database.copy',
    owner: 'audit',
    callers: ['backup'],
    request: CopyAuditDatabase,
    response: CopyAuditDatabaseResult,
    // A directory of some gigabytes takes a while.
    timeoutMs: 120_000,
  }),
  verifyAudit: request({
    subject: 'svc.audit.v1.verify',
    owner: 'audit',
    callers: ['admin', 'gateway'],
    request: VerifyAudit,
    response: VerifyAuditResult,
    timeoutMs: 30_000,
  }),
  queryAnalytics: request({
    subject: 'svc.audit.v1.analytics',
    owner: 'audit',
    callers: ['admin', 'gateway'],
    request: AnalyticsRequest,
    response: AnalyticsResult,
    timeoutMs: 15_000,
  }),
} as const;

/** Asked of every process of a service. */
export const broadcasts = {
  executorStats: broadcast({
    subject: 'svc.executor.v1.stats',
    owner: 'executor',
    callers: ['admin', 'gateway'],
    request: ExecutorStatsRequest,
    response: ExecutorStats,
    gatherMs: 300,
  }),
} as const;

/** Published, not answered. */
export const events = {
  executionFinished: event({
    subject: 'events.v1.{tenant}.execution.{execution}.finished',
    owner: 'executor',
    // An executor listens for one execution at a time: the one whose answer a repeat waits for.
    subscribers: ['agent', 'admin', 'executor', 'gateway'],
    body: ExecutionFinished,
  }),
  planProgress: event({
    subject: 'events.v1.{tenant}.plan.{plan}.progress',
    owner: 'executor',
    subscribers: ['agent', 'admin', 'gateway'],
    body: PlanProgress,
  }),
  planFinished: event({
    subject: 'events.v1.{tenant}.plan.{plan}.finished',
    owner: 'executor',
    subscribers: ['agent', 'admin', 'gateway'],
    body: PlanFinished,
  }),
  submissionFinished: event({
    subject: 'events.v1.{tenant}.submission.{submission}.finished',
    owner: 'executor',
    subscribers: ['agent', 'admin', 'gateway'],
    body: SubmissionFinished,
  }),
  registryChanged: event({
    subject: 'events.v1.{tenant}.registry.changed',
    owner: 'registry',
    subscribers: ['agent', 'admin', 'gateway'],
    body: RegistryChanged,
  }),
  /** Between executors: whoever runs the execution stops it; each answers with `CancelBroadcastAnswer`. */
  cancelBroadcast: event({
    subject: 'svc.executor.v1.cancel',
    owner: 'executor',
    subscribers: ['executor'],
    body: CancelBroadcast,
  }),
  /** Between executors: the others get ready too, since any of them may get the calls. */
  warmBroadcast: event({
    subject: 'svc.executor.v1.warm',
    owner: 'executor',
    subscribers: ['executor'],
    body: WarmBroadcast,
  }),
  /** Between executors, and for those who watch: a circuit of a host, or of a tenant's 5xx at it, opened, is probed or closed. */
  circuitChanged: event({
    subject: 'svc.executor.v1.circuit',
    owner: 'executor',
    subscribers: ['executor', 'gateway'],
    body: CircuitChanged,
  }),
  /** Between executors: each answers with its own circuits. */
  circuitsAsked: event({
    subject: 'svc.executor.v1.circuits.ask',
    owner: 'executor',
    subscribers: ['executor'],
    body: ListCircuitsRequest,
  }),
  /** Between executors, so that each knows how many share a limit when Redis is away, and whose answers to wait for. */
  executorAlive: event({
    subject: 'svc.executor.v1.alive',
    owner: 'executor',
    subscribers: ['executor'],
    body: ProcessAlive,
  }),
  /** A connection stopped working until somebody connects it again. */
  connectionExpired: event({
    subject: 'events.v1.{tenant}.connection.{connection}.expired',
    owner: 'vault',
    subscribers: ['agent', 'admin', 'gateway'],
    body: ConnectionExpired,
  }),
  leaseRevoked: event({
    subject: 'svc.vault.v1.revoked',
    owner: 'vault',
    subscribers: ['executor'],
    body: LeaseRevoked,
  }),
  secretsDropped: event({
    subject: 'svc.vault.v1.secrets.dropped',
    owner: 'vault',
    subscribers: ['webhook-ingress', 'webhook-delivery', 'audit'],
    body: SecretsDropped,
  }),
  /** Between vaults: the versions of the tenant's key changed. */
  tenantKeysChanged: event({
    subject: 'svc.vault.v1.keys.changed',
    owner: 'vault',
    subscribers: ['vault'],
    body: TenantKeysChanged,
  }),
  ...webhookEvents,
  ...approvalEvents,
  ...subjectEvents,
} as const;

/** Sent, not answered. */
export const signals = {
  streamCredit: {
    kind: 'signal',
    subject: 'tools.v1.{tenant}.stream.{execution}',
    owner: 'executor',
    callers: ['agent', 'admin', 'gateway'],
    body: StreamCredit,
  },
} as const satisfies Record<string, SignalRoute>;

/** NATS queue group that shares a service's requests among its processes. */
export function queueGroupOf(service: ServiceName): string {
  return service;
}

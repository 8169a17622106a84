import { type AuditRecorder, createRecordedLooks, type Look } from '@patchbay/audit-log';
import { type Approval, type ApprovalEvent, type AuditData, events, routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint, type Messaging, type RequestContext } from '@patchbay/messaging';
import { type Logger, traceIdOf } from '@patchbay/service-kit';
import { createNatsApprovals, createNatsConfirmations } from './adapters/nats-approvals.ts';
import { openPolicies } from './adapters/nats-policies.ts';
import { createRedisCallCounts } from './adapters/redis-call-counts.ts';
import type { ExecutorConfig } from './config.ts';
import { type CheckPolicies, createCheckPolicies } from './operations/policies/check-policies.ts';
import { confirmationKey } from './operations/policies/confirmation-token.ts';
import {
  createDecideApproval,
  createListApprovals,
  createShowApproval,
} from './operations/policies/decide-approval.ts';
import { createDecidePolicies } from './operations/policies/decide-policies.ts';
import type { RecordApproval } from './operations/policies/ports.ts';
import type { BorrowLease, FindTool } from './operations/ports.ts';

export interface PolicyParts {
  readonly config: ExecutorConfig;
  readonly messaging: Messaging;
  readonly recorder: AuditRecorder;
  readonly leases: BorrowLease;
  readonly tools: FindTool;
  readonly background: (work: Promise<unknown>) => void;
  readonly log: Logger;
}

/** Wires the policies: what checks each call, and what answers about them and about approvals. */
export async function wirePolicies(
  parts: PolicyParts,
): Promise<{ readonly check: CheckPolicies; readonly endpoints: AnyEndpoint[]; close(): void }> {
  const { config, messaging, leases, tools, background, log } = parts;
  const policies = await openPolicies(await messaging.bucket('policies'), (problem) =>
    log.error({ problem }, 'a version of policies cannot be used: the one before stays in force'),
  );
  const counts = createRedisCallCounts({
    url: config.redisUrl,
    whenAway: config.countsWhenAway,
    onError: (error) => log.warn({ err: error }, 'calls are not counted: Redis is away'),
  });
  const approvals = createNatsApprovals(await messaging.bucket('approvals'));
  const now = () => Date.now();
  const approving = {
    approvals,
    now,
    recordApproval: recordApprovals(parts),
    announceApproval: {
      told(
        what: 'requested' | 'decided',
        { arguments: _arguments, say: _say, note: _note, context, ...approval }: Approval,
      ) {
        const { agent = null, session = null } = context;
        const event: ApprovalEvent = { ...approval, agent, session };
        const route = what === 'requested' ? events.approvalRequested : events.approvalDecided;
        messaging.publishEvent(route, { tenant: approval.tenant, approval: approval.id }, event);
      },
    },
  };
  const looks = createRecordedLooks((entry) => parts.recorder.record(entry));
  const list = createListApprovals(approving);
  const show = createShowApproval(approving);
  const decide = createDecideApproval(approving);
  const judge = createDecidePolicies({ tools, policies, counts, now });
  return {
    check: createCheckPolicies({
      ...approving,
      policies,
      counts,
      leases,
      background,
      confirmations: createNatsConfirmations(await messaging.bucket('confirmations')),
      confirmationKey: confirmationKey(config.auditMacKey),
    }),
    endpoints: [
      endpoint('decide-policies', routes.decidePolicies, (request) => judge(request)),
      endpoint('list-approvals', routes.listApprovals, (request, context) =>
        looks.often(lookOf(request.tenant, request.tenant, context), () => list(request)),
      ),
      endpoint('show-approval', routes.showApproval, (request, context) =>
        looks.often(lookOf(request.tenant, request.id, context), () => show(request)),
      ),
      endpoint('decide-approval', routes.decideApproval, (request) => decide(request)),
    ],
    close() {
      policies.close();
      counts.close();
    },
  };
}

/** Pages that watch what waits ask every few seconds. */
const lookOf = (tenant: string, id: string, { replyTo, traceparent }: RequestContext): Look => ({
  tenant,
  type: 'dev.patchbay.approval.read',
  target: { kind: 'approval', id },
  replyTo,
  traceId: traceIdOf(traceparent),
});

function recordApprovals({ recorder, config, log }: PolicyParts): RecordApproval {
  return {
    record(what, { id, tenant, tool, integration, risk, policies, arguments_digest, decided_by, state, ...rest }) {
      const decided = what === 'decided';
      const entry = {
        tenant,
        class: 'execution',
        type: `dev.patchbay.approval.${what}`,
        subject: id,
        data: {
          actor: decided ? deciderOf(decided_by) : { kind: 'service' as const, id: config.instance },
          target: { kind: 'approval', id },
          outcome: 'succeeded',
          execution_id: what === 'used' ? (rest.used_by ?? rest.execution_id) : rest.execution_id,
          tool,
          integration,
          risk,
          arguments_digest,
          facts: { state, policies: policies.map(({ policy, version }) => `${policy}@${version}`).join(' ') },
        },
      } as const;
      recorder.record(entry).catch((error) => log.error({ err: error }, 'an audit event was lost'));
    },
  };
}

/** A key by its id, the operator, or somebody whom the tenant's own issuer knows. */
function deciderOf(by: string | null): AuditData['actor'] {
  if (by === null || by === 'admin') return { kind: 'admin', id: 'admin' };
  return { kind: by.startsWith('key_') ? 'key' : 'user', id: by };
}

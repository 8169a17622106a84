import type { AuditRecorder } from '@patchbay/audit-log';
import type { Messaging } from '@patchbay/messaging';
import { PrivacyPolicies } from '@patchbay/privacy-policy';
import type { Logger } from '@patchbay/service-kit';
import { createGuardEvents } from './operations/guard-events.ts';

export interface PrivacyParts {
  readonly messaging: Pick<Messaging, 'bucket'>;
  readonly recordAudit: AuditRecorder['record'];
  readonly log: Logger;
}

/** Fields that one audit event names. */
const maxFields = 10;

/** Follows tenants' privacy policies, and guards events by them. Resolves when all of them are known. */
export async function wirePrivacy({ messaging, recordAudit, log }: PrivacyParts) {
  const policies = new PrivacyPolicies((problem) =>
    log.error({ problem }, 'a privacy policy cannot be used: the one before stays in force'),
  );
  const bucket = await messaging.bucket('privacy_policies');
  const watch = await bucket.watch('>', ({ key, value }) =>
    policies.apply(key, value === null ? null : Buffer.from(value).toString('utf8')),
  );
  const guardEvents = createGuardEvents({
    policyOf: (tenant) => policies.of(tenant),
    found(source, event, findings, blocked) {
      const fields = [...new Set(findings.map(({ path }) => path))].slice(0, maxFields).join(', ').slice(0, 500);
      const what = [...new Set(findings.map(({ found, action }) => `${found} ${action}`))].join(', ').slice(0, 500);
      void recordAudit({
        tenant: source.tenant,
        class: 'webhook',
        type: 'dev.patchbay.webhook.privacy_found',
        subject: event,
        data: {
          actor: { kind: 'service', id: 'webhook-ingress' },
          target: { kind: 'webhook_source', id: source.id },
          outcome: blocked ? 'refused' : 'succeeded',
          facts: { direction: 'webhooks', findings: what, fields, count: findings.length },
        },
        unhurried: true,
      }).catch((error) => log.error({ err: error }, 'an audit event was lost'));
    },
  });
  return { guardEvents, close: () => watch.unsubscribe() };
}

import type { AuditRecorder, PersonalKeys } from '@patchbay/audit-log';
import type { Messaging } from '@patchbay/messaging';
import type { Logger } from '@patchbay/service-kit';
import { recordNotice } from './adapters/nats-audit.ts';
import { createTokens, openPrivacyPolicies, recordPersonal } from './adapters/nats-privacy.ts';
import { createGuardArguments } from './operations/privacy/guard-arguments.ts';
import { createGuardResult, looksThroughResults } from './operations/privacy/guard-result.ts';
import { createLogCall } from './operations/privacy/log-call.ts';
import type { GuardedCall } from './operations/privacy/ports.ts';

export interface PrivacyParts {
  readonly messaging: Messaging;
  readonly recorder: AuditRecorder;
  readonly persons: PersonalKeys;
  readonly log: Logger;
}

/** Wires what tenants' privacy policies do to calls. */
export async function wirePrivacy({ messaging, recorder, persons, log }: PrivacyParts) {
  const policies = await openPrivacyPolicies(await messaging.bucket('privacy_policies'), (problem) =>
    log.error({ problem }, 'a privacy policy cannot be used: the one before stays in force'),
  );
  const tokens = createTokens(persons);
  const lost = (error: unknown) => log.error({ err: error }, 'an audit event was lost');
  const record = recordPersonal(recordNotice(recorder, 'dev.patchbay.execution.privacy_found', lost));
  const ports = { policies, tokens, record };
  return {
    guardArguments: createGuardArguments(ports),
    guardResult: createGuardResult(ports),
    looksThrough: (call: GuardedCall) => looksThroughResults(ports, call),
    logCall: createLogCall(ports),
    /** Whether a tenant's calls may be about somebody's health. A policy that cannot be read may say so. */
    mayBeHealth(tenant: string): boolean {
      const policy = policies.of(tenant);
      return policy === 'unusable' || policy?.hipaa === true;
    },
    close: () => policies.close(),
  };
}

import { checkUrl, createEgress } from '@patchbay/egress';
import { openTenantRules } from '@patchbay/egress/tenant-rules-file';
import { createSealingKeys, type Messaging } from '@patchbay/messaging';
import { openWebhookSecrets } from '@patchbay/webhook-secrets';
import { createPlanTarget, createToolTarget } from './adapters/executor-targets.ts';
import { createHttpTarget } from './adapters/http-target.ts';
import { createNatsTarget, createSessionTarget } from './adapters/nats-targets.ts';
import { createVaultSigningKeys } from './adapters/vault-signing-keys.ts';
import type { DeliveryConfig } from './config.ts';
import type { Report } from './operations/ports.ts';
import type { Targets } from './operations/targets.ts';

export type WiredTargets = ReturnType<typeof wireTargets>;

/** Where events go: every kind of target, and the keys that those over HTTP are signed with. */
export function wireTargets(config: DeliveryConfig, messaging: Messaging, report: Report) {
  const now = () => Date.now();
  const rules = openTenantRules({
    path: config.tenantPoliciesFile,
    onApplied: (tenants) => report('info', 'tenant policies applied', { tenants }),
    onError: (error) => report('error', 'tenant policies not changed: the file cannot be used', { err: error }),
  });
  const trustedOrigins = new Set(config.trustedOrigins);
  const egress = createEgress({
    rulesOf: rules.of,
    trustedOrigins: config.trustedOrigins,
    ...(config.dialOverride !== null && { dialOverride: config.dialOverride }),
    onRefused: (refusal) => report('warn', 'egress refused', { refusal }),
  });
  const secrets = openWebhookSecrets({ messaging, service: 'webhook-delivery' });
  const keys = createVaultSigningKeys(secrets, createSealingKeys(), now);
  const targets: Targets = {
    nats: createNatsTarget(messaging),
    session: createSessionTarget(messaging),
    tool: createToolTarget(messaging),
    plan: createPlanTarget(messaging),
    http: createHttpTarget({ egress, secrets, now }),
  };
  return {
    targets,
    keys,
    /** Why no request may ever go to a URL of the tenant's, as far as that can be told without the network; null when one may. */
    refuseUrl(tenant: string, url: string): string | null {
      // In development a target may be anything: it is dialled elsewhere.
      if (config.dialOverride !== null) return null;
      const own = rules.of(tenant);
      const checked = checkUrl(url, {
        trustedOrigins,
        // The host's own port is all that a delivery may go to.
        ports: 'any',
        ...(own !== null && { isPrivateHost: (name: string, port: number) => own.isPrivateHost(name, port) }),
      });
      return checked.ok ? null : `No request may go to this URL (${checked.reason}).`;
    },
    async close() {
      secrets.close();
      rules.close();
      await egress.close();
    },
  };
}

import { type BaseConfig, parseConfig, readBaseConfig, readList } from '@patchbay/service-kit';
import { z } from 'zod';
import { defaultPauseRule, type PauseRule } from './domain/target-health.ts';

export interface DeliveryConfig extends BaseConfig {
  /** When a subscription whose target fails is paused. */
  readonly pauseRule: PauseRule;
  /** Development only: the origin that every HTTP target is dialled at instead of its own host. */
  readonly dialOverride: string | null;
  /** Origins exempt from the public-address rule, such as a target on a private network. */
  readonly trustedOrigins: readonly string[];
  /** File with the tenants' policies, of which what concerns egress is followed; null: none. */
  readonly tenantPoliciesFile: string | null;
}

const hourMs = 3_600_000;

const variables = z.object({
  PATCHBAY_WEBHOOK_PAUSE_FAILURES: z.coerce.number().int().min(1).max(1_000_000).default(defaultPauseRule.failures),
  PATCHBAY_WEBHOOK_PAUSE_HOURS: z.coerce
    .number()
    .min(0.01)
    .max(720)
    .default(defaultPauseRule.failingForMs / hourMs),
  PATCHBAY_EGRESS_DIAL_OVERRIDE: z.url().optional(),
  PATCHBAY_EGRESS_TRUSTED_ORIGINS: z.string().default(''),
  PATCHBAY_TENANT_POLICIES_FILE: z.string().optional(),
});

/** @throws ConfigError naming what is missing, unreadable or not allowed in this mode. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): DeliveryConfig {
  const base = readBaseConfig('webhook-delivery', env);
  const values = parseConfig(
    variables.refine((value) => base.mode === 'development' || value.PATCHBAY_EGRESS_DIAL_OVERRIDE === undefined, {
      path: ['PATCHBAY_EGRESS_DIAL_OVERRIDE'],
      error: 'is for development only: it sends every event to one place',
    }),
    env,
  );
  return {
    ...base,
    pauseRule: {
      failures: values.PATCHBAY_WEBHOOK_PAUSE_FAILURES,
      failingForMs: values.PATCHBAY_WEBHOOK_PAUSE_HOURS * hourMs,
    },
    dialOverride: values.PATCHBAY_EGRESS_DIAL_OVERRIDE ?? null,
    trustedOrigins: readList(values.PATCHBAY_EGRESS_TRUSTED_ORIGINS),
    tenantPoliciesFile: values.PATCHBAY_TENANT_POLICIES_FILE || null,
  };
}

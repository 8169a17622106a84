import { AuditClass, type EffectiveRetention, hipaaFloorDays, type Regime } from '@patchbay/contracts';

/** As much of a rule as decides. */
export interface RetentionChoice {
  /** Null: of every tenant without one of its own. */
  readonly tenant: string | null;
  /** Null: of every class without one of its own. */
  readonly class: AuditClass | null;
  /** Null: without limit. */
  readonly days: number | null;
}

/** Days that a regime asks for at least. */
export function floorOf(regime: Regime | null): number {
  return regime === 'hipaa' ? hipaaFloorDays : 0;
}

/**
 * What holds for each class of a tenant: its own rule of the class, its own of all classes, the installation's of the class, the
 * installation's of all classes, else nothing goes. A regime's floor holds against all of them.
 */
export function effectiveRetention(
  tenant: string,
  rules: readonly RetentionChoice[],
  regime: Regime | null,
): EffectiveRetention[] {
  const find = (whose: string | null, which: AuditClass | null) =>
    rules.find((rule) => rule.tenant === whose && rule.class === which);
  const floor = floorOf(regime);
  return AuditClass.options.map((auditClass) => {
    const [rule, by] = firstOf([
      [find(tenant, auditClass), 'tenant_class'],
      [find(tenant, null), 'tenant'],
      [find(null, auditClass), 'class'],
      [find(null, null), 'default'],
    ]);
    const days = rule?.days ?? null;
    if (days !== null && days < floor) return { class: auditClass, days: floor, by: 'floor' };
    return { class: auditClass, days, by };
  });
}

type Candidate = readonly [RetentionChoice | undefined, EffectiveRetention['by']];

function firstOf(candidates: readonly Candidate[]): Candidate {
  return candidates.find(([rule]) => rule !== undefined) ?? [undefined, 'none'];
}

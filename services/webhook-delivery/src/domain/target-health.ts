/** How a subscription's target took attempts of late, as one process saw it. */
export interface TargetHealth {
  /** Failed attempts since the last that succeeded. */
  readonly failures: number;
  /** Unix milliseconds of the first failure since anybody saw one succeed; null while there is none. */
  readonly failingSince: number | null;
}

export const healthy: TargetHealth = { failures: 0, failingSince: null };

const day = 86_400_000;

export interface PauseRule {
  /** Failed attempts in a row after which a target is left alone. */
  readonly failures: number;
  /** Milliseconds of nothing but failures after which it is, too. */
  readonly failingForMs: number;
}

/** As many failures in a row as say more than a bad hour, or as long a time as the default schedule nearly lasts. */
export const defaultPauseRule: PauseRule = { failures: 200, failingForMs: 3 * day };

/** Failures in a row that the rule of time asks for as well: one event that its target never takes says nothing of others. */
const fewest = 5;

/** Why a subscription is to be paused now; null while it is not. */
export function reasonToPause({ failures, failingSince }: TargetHealth, rule: PauseRule, now: number): string | null {
  if (failures >= rule.failures) return `${failures} attempts in a row failed`;
  if (failingSince !== null && now - failingSince >= rule.failingForMs && failures >= Math.min(fewest, rule.failures))
    return `every attempt since ${new Date(failingSince).toISOString()} failed`;
  return null;
}

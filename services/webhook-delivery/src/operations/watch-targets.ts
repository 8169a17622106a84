import type { WebhookSubscription } from '@patchbay/contracts';
import type { AttemptOutcome, Verdict } from '../domain/judge-attempt.ts';
import { healthy, type PauseRule, reasonToPause, type TargetHealth } from '../domain/target-health.ts';
import type { KeepFailing, KeepSubscriptions } from './ports.ts';
import { type TakeAwayPorts, takeAway } from './remove-subscription.ts';
import { type ChangeStatePorts, changeState } from './subscription-state.ts';

export interface WatchTargetsPorts extends ChangeStatePorts, TakeAwayPorts {
  readonly subscriptions: Pick<KeepSubscriptions, 'change' | 'remove'>;
  readonly failing: KeepFailing;
  readonly rule: PauseRule;
  /** A subscription paused or disabled itself. */
  readonly onPause: () => void;
}

/** Looks after subscriptions by what their attempts came to. Failing at that is reported and costs no delivery. */
export interface WatchTargets {
  attempted(subscription: WebhookSubscription, verdict: Verdict, outcome: AttemptOutcome): Promise<void>;
  /** One that is removed after its first delivery had it. */
  fulfilled(subscription: WebhookSubscription): Promise<void>;
}

/** Subscriptions whose health is remembered. */
const maxRemembered = 10_000;

/**
 * Pauses a subscription whose target has failed too often or for too long, and tells; disables one whose target says that it is
 * gone; removes one that was for a single delivery. Failures are counted by each process for itself, since when they last is
 * kept for all.
 */
export function createWatchTargets(ports: WatchTargetsPorts): WatchTargets {
  const remembered = new Map<string, TargetHealth>();

  function remember(key: string, health: TargetHealth): void {
    remembered.delete(key);
    remembered.set(key, health);
    if (remembered.size > maxRemembered) remembered.delete(remembered.keys().next().value as string);
  }

  async function failed(subscription: WebhookSubscription): Promise<void> {
    const { tenant, id } = subscription;
    const key = `${tenant}.${id}`;
    const before = remembered.get(key) ?? healthy;
    const failingSince = before.failingSince ?? (await ports.failing.since(tenant, id, ports.now()));
    const health = { failures: before.failures + 1, failingSince };
    remember(key, health);
    const reason = reasonToPause(health, ports.rule, ports.now());
    if (reason === null) return;
    remember(key, healthy);
    await ports.failing.clear(tenant, id);
    ports.onPause();
    await changeState(ports, subscription, 'paused', reason, 'service', ({ state }) => state.value === 'active');
  }

  async function recovered({ tenant, id }: WebhookSubscription): Promise<void> {
    const key = `${tenant}.${id}`;
    // Known to be well: nothing was kept by us, and others clear what they kept.
    if (remembered.get(key) === healthy) return;
    remember(key, healthy);
    await ports.failing.clear(tenant, id);
  }

  async function fulfilled(subscription: WebhookSubscription): Promise<void> {
    await takeAway(ports, subscription);
  }

  return {
    fulfilled,
    async attempted(subscription, verdict, { status }) {
      try {
        if (verdict.kind === 'succeeded') {
          await (subscription.once ? fulfilled(subscription) : recovered(subscription));
        } else if (verdict.kind === 'dead' && verdict.disable) {
          ports.onPause();
          await changeState(ports, subscription, 'disabled', `the target answered ${status}: it is gone`, 'service');
        } else {
          await failed(subscription);
        }
      } catch (error) {
        ports.report('warn', 'what an attempt says of its target could not be kept', {
          err: error,
          subscription: subscription.id,
        });
      }
    },
  };
}

import type { WebhookSubscription } from '@patchbay/contracts';
import { isExpired } from '../domain/match-subscription.ts';
import { type TakeAwayPorts, takeAway } from './remove-subscription.ts';
import { type ChangeStatePorts, changeState } from './subscription-state.ts';

export interface SweepPorts extends ChangeStatePorts, TakeAwayPorts {
  readonly subscriptions: ChangeStatePorts['subscriptions'] &
    TakeAwayPorts['subscriptions'] & { all(): Iterable<WebhookSubscription> };
  /** Removes durables whose subscription is no more. */
  readonly removeStrays: () => Promise<void>;
}

/** Takes away what waited for one delivery in vain, and disables what else is over. Any number of processes may do so. */
export function createSweepExpired(ports: SweepPorts) {
  return async (): Promise<void> => {
    for (const subscription of ports.subscriptions.all()) {
      if (!isExpired(subscription, ports.now())) continue;
      try {
        if (subscription.once) await takeAway(ports, subscription);
        else await changeState(ports, subscription, 'disabled', 'its time is over', 'service');
      } catch (error) {
        ports.report('warn', 'a subscription whose time is over is still there', {
          err: error,
          subscription: subscription.id,
        });
      }
    }
    await ports
      .removeStrays()
      .catch((error) => ports.report('warn', 'durables of removed subscriptions are still there', { err: error }));
  };
}

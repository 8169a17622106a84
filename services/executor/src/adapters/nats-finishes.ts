import { events } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import type { HeardFinish } from '../operations/ports.ts';

/** Hears of finished executions on their event subject, one subscription for each that is waited for. */
export function createNatsFinishes(messaging: Pick<Messaging, 'subscribeEvent'>): HeardFinish {
  return {
    onFinished(tenant, execution, listener) {
      const subscription = messaging.subscribeEvent(events.executionFinished, { tenant, execution }, listener);
      return () => subscription.unsubscribe();
    },
  };
}

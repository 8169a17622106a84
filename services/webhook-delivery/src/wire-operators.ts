import { randomUUID } from 'node:crypto';
import { createAddSubscription } from './operations/add-subscription.ts';
import { createAwaitWebhook } from './operations/await-webhook.ts';
import { createChangeSubscription } from './operations/change-subscription.ts';
import {
  createDropWebhookDeadLetters,
  createListWebhookDeadLetters,
  createRedriveWebhookDeadLetters,
  createShowWebhookDeadLetter,
} from './operations/dead-letters.ts';
import { createListDeliveries, createShowDelivery } from './operations/list-deliveries.ts';
import { createListSubscriptions, createShowSubscription } from './operations/list-subscriptions.ts';
import { createListWebhookEvents } from './operations/list-webhook-events.ts';
import { createPauseSubscription, createResumeSubscription } from './operations/pause-subscription.ts';
import type { RecordDelivery, Report } from './operations/ports.ts';
import { createRemoveSubscription } from './operations/remove-subscription.ts';
import { createReplayWebhooks } from './operations/replay-webhooks.ts';
import { createRotateSubscriptionKey } from './operations/rotate-subscription-key.ts';
import { createShowWebhookEvent } from './operations/show-webhook-event.ts';
import { createEraseHeldWebhooks } from './operations/subjects/erase-held-webhooks.ts';
import { createListHeldWebhooks } from './operations/subjects/list-held-webhooks.ts';
import type { DeliveryOperations } from './routes.ts';
import type { WiredDelivery } from './wire-delivery.ts';
import type { Storage } from './wire-storage.ts';
import type { WiredTargets } from './wire-targets.ts';

export interface OperatorParts {
  readonly storage: Storage;
  readonly targets: WiredTargets;
  readonly delivery: WiredDelivery;
  readonly audit: RecordDelivery;
  readonly report: Report;
}

/** What one answer about a person looks at: a few seconds' work. */
const partSize = { events: 20_000, bytes: 64 * 1_048_576 };

/** What operators ask for, and the one thing that agents do. */
export function wireOperators({ storage, targets, delivery, audit, report }: OperatorParts): DeliveryOperations {
  const { keys, refuseUrl } = targets;
  const { announce, prepare } = delivery;
  const now = () => Date.now();
  const ports = { ...storage, keys, refuseUrl, announce, prepare, audit, report, now, newReplayId: randomUUID };
  const addSubscription = createAddSubscription(ports);
  return {
    addSubscription: (request) => addSubscription(request, 'admin'),
    listSubscriptions: createListSubscriptions(ports),
    showSubscription: createShowSubscription(ports),
    changeSubscription: createChangeSubscription(ports),
    removeSubscription: createRemoveSubscription(ports),
    pauseSubscription: createPauseSubscription(ports),
    resumeSubscription: createResumeSubscription(ports),
    rotateSubscriptionKey: createRotateSubscriptionKey(ports),
    listWebhookEvents: createListWebhookEvents(ports),
    showWebhookEvent: createShowWebhookEvent(ports),
    listDeliveries: createListDeliveries(ports),
    showDelivery: createShowDelivery(ports),
    replayWebhooks: createReplayWebhooks(ports),
    listWebhookDeadLetters: createListWebhookDeadLetters(ports),
    showWebhookDeadLetter: createShowWebhookDeadLetter(ports),
    redriveWebhookDeadLetters: createRedriveWebhookDeadLetters(ports),
    dropWebhookDeadLetters: createDropWebhookDeadLetters(ports),
    listHeldWebhooks: createListHeldWebhooks(storage.held, partSize),
    eraseHeldWebhooks: createEraseHeldWebhooks(storage.held, partSize),
    awaitWebhook: createAwaitWebhook({ addSubscription, now }),
  };
}

import type { Command } from 'commander';
import { defineGroup, type Run } from '../../define-command.ts';
import { addBin } from './bin.ts';
import { addDeadLettersDrop } from './dead-letters-drop.ts';
import { addDeadLettersList } from './dead-letters-list.ts';
import { addDeadLettersRedrive } from './dead-letters-redrive.ts';
import { addDeadLettersShow } from './dead-letters-show.ts';
import { addDeliveriesList } from './deliveries-list.ts';
import { addDeliveriesShow } from './deliveries-show.ts';
import { addEvents } from './events.ts';
import { addInspect } from './inspect.ts';
import { addListen } from './listen.ts';
import { addRejected } from './rejected.ts';
import { addReplay } from './replay.ts';
import { addSchemes } from './schemes.ts';
import { addSend } from './send.ts';
import { addSourcesAdd } from './sources-add.ts';
import { addSourcesChange } from './sources-change.ts';
import { addSourcesList } from './sources-list.ts';
import { addSourcesRemove } from './sources-remove.ts';
import { addSourcesRemoveSecret } from './sources-remove-secret.ts';
import { addSourcesRotateSecret } from './sources-rotate-secret.ts';
import { addSourcesShow } from './sources-show.ts';
import { addSubscriptionsAdd } from './subscriptions-add.ts';
import { addSubscriptionsChange } from './subscriptions-change.ts';
import { addSubscriptionsList } from './subscriptions-list.ts';
import { addSubscriptionsPause } from './subscriptions-pause.ts';
import { addSubscriptionsRemove } from './subscriptions-remove.ts';
import { addSubscriptionsResume } from './subscriptions-resume.ts';
import { addSubscriptionsRotateKey } from './subscriptions-rotate-key.ts';
import { addSubscriptionsShow } from './subscriptions-show.ts';
import { addVerify } from './verify.ts';

/** Everything about webhooks: what takes them in, what came, where it went, and tools to look closer. */
export function addWebhooks(program: Command, run: Run): void {
  const webhooks = defineGroup(program, 'webhooks', 'Take webhooks of vendors in, look at them, and send them on');

  const sources = defineGroup(webhooks, 'sources', 'Manage the URLs at which the tenant takes webhooks');
  for (const add of [
    addSourcesAdd,
    addSourcesList,
    addSourcesShow,
    addSourcesChange,
    addSourcesRotateSecret,
    addSourcesRemoveSecret,
    addSourcesRemove,
  ])
    add(sources, run);

  const subscriptions = defineGroup(webhooks, 'subscriptions', 'Manage who gets which webhook events');
  for (const add of [
    addSubscriptionsAdd,
    addSubscriptionsList,
    addSubscriptionsShow,
    addSubscriptionsChange,
    addSubscriptionsPause,
    addSubscriptionsResume,
    addSubscriptionsRotateKey,
    addSubscriptionsRemove,
  ])
    add(subscriptions, run);

  addEvents(webhooks, run);
  addRejected(webhooks, run);
  addInspect(webhooks, run);
  addReplay(webhooks, run);
  addListen(webhooks, run);
  addBin(webhooks, run);

  const deliveries = defineGroup(webhooks, 'deliveries', 'Look at deliveries of webhook events and their attempts');
  addDeliveriesList(deliveries, run);
  addDeliveriesShow(deliveries, run);

  const deadLetters = defineGroup(webhooks, 'dead-letters', 'Look after deliveries that were given up');
  for (const add of [addDeadLettersList, addDeadLettersShow, addDeadLettersRedrive, addDeadLettersDrop])
    add(deadLetters, run);

  addSchemes(webhooks, run);
  addVerify(webhooks, run);
  addSend(webhooks, run);
}

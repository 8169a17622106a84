import type {
  ChangeWebhookDeadLettersRequest,
  ChangeWebhookDeadLettersResult,
  ListWebhookDeadLettersRequest,
  ListWebhookDeadLettersResult,
  ShowWebhookDeadLetterResult,
  WebhookDeadLetter,
} from '@patchbay/contracts';
import { viewOf } from '../domain/event-view.ts';
import { takesEvents } from '../domain/match-subscription.ts';
import { type DeadLetterPick, isPickedLetter } from '../domain/pick-events.ts';
import { begin } from './fan-out-event.ts';
import { refuseMissing } from './find-subscription.ts';
import type {
  KeepDeadLetters,
  KeepDeliveries,
  KeepSubscriptions,
  QueueDelivery,
  ReadEvents,
  RecordDelivery,
} from './ports.ts';
import { abreast, inTurn } from './replay-webhooks.ts';

export interface DeadLetterPorts {
  readonly deadLetters: KeepDeadLetters;
  readonly deliveries: Pick<KeepDeliveries, 'read'>;
  readonly subscriptions: Pick<KeepSubscriptions, 'read'>;
  readonly events: Pick<ReadEvents, 'at'>;
  readonly queue: Pick<QueueDelivery, 'add'>;
  readonly audit: Pick<RecordDelivery, 'batch'>;
  readonly now: () => number;
}

/** Dead letters of a tenant that are asked for, newest first, and how many there are. @throws PatchbayError `overloaded`. */
export function createListWebhookDeadLetters({ deadLetters }: Pick<DeadLetterPorts, 'deadLetters'>) {
  return async ({ tenant, limit, ...pick }: ListWebhookDeadLettersRequest): Promise<ListWebhookDeadLettersResult> => {
    const picked = await pickLetters(deadLetters, tenant, pick);
    return { dead_letters: picked.toReversed().slice(0, limit), total: picked.length };
  };
}

/** @throws PatchbayError `invalid_request` when there is none, `overloaded`. */
export function createShowWebhookDeadLetter({
  deadLetters,
  deliveries,
}: Pick<DeadLetterPorts, 'deadLetters' | 'deliveries'>) {
  return async ({
    tenant,
    delivery: id,
  }: {
    tenant: string;
    delivery: string;
  }): Promise<ShowWebhookDeadLetterResult> => ({
    dead_letter: (await deadLetters.read(tenant, id)) ?? refuseMissing(tenant, 'webhook dead letter', id),
    delivery: (await deliveries.read(tenant, id))?.record ?? null,
  });
}

/**
 * Delivers again what was given up, oldest first, with the whole schedule before it. What cannot be, because its event is no longer
 * kept, or its subscription takes none, stays a dead letter and is not counted. A dry run only counts.
 * @throws PatchbayError `audit_unavailable`, `overloaded`: then some may have begun.
 */
export function createRedriveWebhookDeadLetters(ports: DeadLetterPorts) {
  return async (request: ChangeWebhookDeadLettersRequest): Promise<ChangeWebhookDeadLettersResult> => {
    const { tenant, dry_run, limit, ...pick } = request;
    const picked = await pickLetters(ports.deadLetters, tenant, pick);
    const taking = new Map<string, boolean>();
    const work: WebhookDeadLetter[] = [];
    for (const letter of picked) {
      if (work.length > limit) break;
      if (!taking.has(letter.subscription)) taking.set(letter.subscription, await takes(ports, letter));
      if (taking.get(letter.subscription)) work.push(letter);
    }
    const chosen = work.slice(0, limit);
    const more = work.length > limit;
    if (dry_run || chosen.length === 0) return { dry_run, count: chosen.length, more };
    await ports.audit.batch(tenant, 'redriven', { count: chosen.length, reason: pick.reason ?? 'any' });
    return { dry_run, count: await redriveAll(ports, chosen), more };
  };
}

async function takes({ subscriptions, now }: DeadLetterPorts, { tenant, subscription }: WebhookDeadLetter) {
  const found = await subscriptions.read(tenant, subscription);
  return found !== null && takesEvents(found, now());
}

/** Begins deliveries in the order of their letters, and says how many. */
async function redriveAll(ports: DeadLetterPorts, letters: readonly WebhookDeadLetter[]): Promise<number> {
  let count = 0;
  for (let from = 0; from < letters.length; from += abreast) {
    const some = letters.slice(from, from + abreast);
    const loaded = await Promise.all(some.map((letter) => load(ports, letter)));
    const ready = loaded.filter((one) => one !== null);
    await Promise.all(ready.map((one) => redrive(ports, one)));
    count += ready.length;
  }
  return count;
}

async function load(ports: DeadLetterPorts, letter: WebhookDeadLetter) {
  const [subscription, stored] = await Promise.all([
    ports.subscriptions.read(letter.tenant, letter.subscription),
    ports.events.at(letter.sequence),
  ]);
  return subscription === null || stored?.event.id !== letter.event ? null : { letter, subscription, stored };
}

async function redrive(
  { queue, deadLetters }: DeadLetterPorts,
  { letter, subscription, stored }: NonNullable<Awaited<ReturnType<typeof load>>>,
): Promise<void> {
  const view = viewOf(stored.event, stored.payload);
  // The letter's own death makes the id: redriving it twice begins one delivery, and one that died again begins another.
  await begin(queue, subscription, view, letter.sequence, `${letter.id} ${letter.died_at}`, letter.id);
  await deadLetters.remove(letter.tenant, letter.id);
}

/** Forgets dead letters for good; their events stay. A dry run only counts. Errors as when redriving. */
export function createDropWebhookDeadLetters(ports: Pick<DeadLetterPorts, 'deadLetters' | 'audit'>) {
  return async (request: ChangeWebhookDeadLettersRequest): Promise<ChangeWebhookDeadLettersResult> => {
    const { tenant, dry_run, limit, ...pick } = request;
    const picked = await pickLetters(ports.deadLetters, tenant, pick);
    const chosen = picked.slice(0, limit);
    const result = { dry_run, count: chosen.length, more: picked.length > limit };
    if (dry_run || chosen.length === 0) return result;
    await ports.audit.batch(tenant, 'dropped', { count: chosen.length, reason: pick.reason ?? 'any' });
    await inTurn(chosen, (letter) => ports.deadLetters.remove(tenant, letter.id));
    return result;
  };
}

async function pickLetters(
  deadLetters: Pick<KeepDeadLetters, 'ofTenant'>,
  tenant: string,
  pick: DeadLetterPick,
): Promise<WebhookDeadLetter[]> {
  const picked: WebhookDeadLetter[] = [];
  for await (const page of deadLetters.ofTenant(tenant))
    picked.push(...page.filter((letter) => isPickedLetter(pick, letter)));
  return picked;
}

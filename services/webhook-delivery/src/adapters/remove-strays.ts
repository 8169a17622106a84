import { timeOfId } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';

/** Milliseconds after which whoever does not know a subscription may take its durables for strays. */
const youngMs = 600_000;

/** Removes durables of subscriptions that are no more, which are named by their ids. */
export async function removeStrays(
  messaging: Pick<Messaging, 'removeDurable' | 'durableNames'>,
  stream: string,
  known: (subscription: string) => boolean,
): Promise<void> {
  const names = await messaging.durableNames(stream);
  const strays = names.filter((name) => {
    const subscription = /^(sub_[0-9A-Z]{26})-\w+$/.exec(name)?.[1];
    // One that was just added may not be known here yet.
    return subscription !== undefined && !known(subscription) && timeOfId(subscription) < Date.now() - youngMs;
  });
  for (const name of strays) await messaging.removeDurable(stream, name);
}

import { createHash } from 'node:crypto';
import { idPrefixes } from '@patchbay/contracts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The id of an event's delivery to a subscription: the same whenever it is worked out, so that a fan-out that was cut off
 * and begun again begins no second delivery. `again` tells a replay from the first. It sorts by the event's time.
 */
export function deliveryId(event: string, subscription: string, again = ''): string {
  const digest = createHash('sha256').update(`${event} ${subscription} ${again}`).digest();
  const time = event.slice(event.indexOf('_') + 1).slice(0, 10);
  let rest = '';
  for (const byte of digest.subarray(0, 16)) rest += alphabet[byte & 31];
  return `${idPrefixes.delivery}_${time}${rest}`;
}

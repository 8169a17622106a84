import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** What a vendor learns of an event that it sends. */
export interface SentEvent {
  readonly id: string;
  /** Requests that were answered with 2xx. */
  accepted: number;
  /** Requests that were answered otherwise, or not at all. */
  turnedAway: number;
}

export interface VendorLoad {
  /** Where the source takes webhooks; each request goes to one of them. */
  readonly urls: readonly string[];
  readonly secret: string;
  readonly events: number;
  readonly perSecond: number;
  /** Share of events that are sent twice at the same moment. */
  readonly twice: number;
  readonly random: () => number;
  /** What the events' ids begin with. Default `evt_kills`. */
  readonly prefix?: string;
}

/** Milliseconds until an event that was not accepted is sent again, and for which that is done. */
const againMs = 300;
const giveUpMs = 90_000;
const agent = new Agent({ keepAlive: true, maxSockets: 128 });

/** Sends events at a rate, whatever becomes of them, each again until it is accepted. Signed as Stripe signs. */
export async function sendAsVendor(load: VendorLoad): Promise<SentEvent[]> {
  const sent: SentEvent[] = [];
  const pending: Promise<void>[] = [];
  const startedAt = performance.now();
  while (sent.length < load.events) {
    const due = Math.min(load.events, Math.floor((load.perSecond * (performance.now() - startedAt)) / 1_000));
    while (sent.length < due) {
      const event: SentEvent = { id: `${load.prefix ?? 'evt_kills'}_${sent.length}`, accepted: 0, turnedAway: 0 };
      sent.push(event);
      pending.push(untilAccepted(load, event));
      if (load.random() < load.twice) pending.push(untilAccepted(load, event));
    }
    await delay(5);
  }
  await Promise.all(pending);
  return sent;
}

async function untilAccepted(load: VendorLoad, event: SentEvent): Promise<void> {
  const giveUpAt = performance.now() + giveUpMs;
  while (performance.now() < giveUpAt) {
    const url = load.urls[Math.floor(load.random() * load.urls.length)] as string;
    const status = await post(url, signedHook(load.secret, event.id)).catch(() => null);
    if (status !== null && status >= 200 && status < 300) {
      event.accepted++;
      return;
    }
    event.turnedAway++;
    await delay(againMs * (0.5 + load.random()));
  }
}

interface SignedHook {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Retries are signed anew, at their own time, as the vendor does. */
function signedHook(secret: string, id: string): SignedHook {
  const now = Math.floor(Date.now() / 1_000);
  const body = JSON.stringify({ id, object: 'event', type: 'invoice.paid', data: { object: { id: 'in_1' } } });
  const v1 = createHmac('sha256', secret).update(`${now}.${body}`).digest('hex');
  return { headers: { 'content-type': 'application/json', 'stripe-signature': `t=${now},v1=${v1}` }, body };
}

function post(url: string, { headers, body }: SignedHook): Promise<number> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { method: 'POST', agent, headers, timeout: 10_000 }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
      answer.on('error', reject);
    });
    sending.on('timeout', () => sending.destroy(new Error('no answer')));
    sending.on('error', reject);
    sending.end(body);
  });
}

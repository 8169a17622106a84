import { createHmac } from 'node:crypto';

/** The webhooks of the benchmark: as Stripe signs them, 1.1 KB, each an event of its own. */
export const hookScheme = 'stripe';
export const hookSecret = 'whsec_bench_0123456789abcdef0123456789abcdef';
export const hookType = 'invoice.paid';

const lines = Array.from({ length: 8 }, (_, i) => ({
  id: `il_${i}`,
  amount: 1_000 + i,
  currency: 'usd',
  description: `Line ${i} of the invoice, as long as such texts are`,
}));

let sequence = 0;

/** An id that tells when its webhook was made. */
export function newHookId(): string {
  return `evt_${process.pid}_${sequence++}_${performance.timeOrigin + performance.now()}`;
}

/** Unix milliseconds, with their fraction. */
export function sentAtOf(id: string): number {
  return Number(id.split('_').at(-1));
}

/** A request's headers and body; `id` names the event. */
export function signedHook(id: string): { readonly headers: Record<string, string>; readonly body: string } {
  const created = Math.floor(Date.now() / 1_000);
  const data = { object: { id: 'in_1', object: 'invoice', paid: true, lines } };
  const body = JSON.stringify({ id, object: 'event', type: hookType, created, data });
  const v1 = createHmac('sha256', hookSecret).update(`${created}.${body}`).digest('hex');
  return { headers: { 'content-type': 'application/json', 'stripe-signature': `t=${created},v1=${v1}` }, body };
}

/** What a driver of webhooks is told: a rate whatever becomes of them, or so many under way at once. Either for so long. */
export type HookTask = { readonly seconds: number } & (
  | { readonly perSecond: number }
  | { readonly concurrency: number }
);
export interface HookResult {
  /** Answered with 2xx; the percentiles are theirs, in milliseconds. */
  readonly accepted: number;
  /** Any other answer, or none. */
  readonly failed: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
}

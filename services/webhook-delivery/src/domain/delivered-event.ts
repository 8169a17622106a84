import type { DeliveredEvent } from '@patchbay/contracts';
import type { EventView } from './event-view.ts';

/** Bytes that are certain to fit beside a payload: its event's facts are a few hundred. */
const room = 8_192;

/** What is told of an event on NATS and in the envelope of an HTTP target, as JSON of at most `maxBytes`. */
export function deliveredEvent(
  names: { readonly delivery: string; readonly subscription: string },
  view: EventView,
  payload: { readonly bytes: number; base64(): string },
  maxBytes: number,
): string {
  const { id, tenant, source, scheme, type, vendor_id, received_at, content_type } = view.event;
  const told: DeliveredEvent = {
    ...names,
    event: { id, tenant, source, scheme, type, vendor_id, received_at, content_type },
    body: view.body ?? null,
    body_base64: null,
  };
  if (view.body === undefined) {
    const fits = Math.ceil(payload.bytes / 3) * 4 + room <= maxBytes;
    return JSON.stringify({ ...told, body_base64: fits && payload.bytes > 0 ? payload.base64() : null });
  }
  const whole = JSON.stringify(told);
  // JSON can be three times as many bytes as it has characters; most are looked at once.
  if (whole.length * 3 <= maxBytes || new TextEncoder().encode(whole).byteLength <= maxBytes) return whole;
  return JSON.stringify({ ...told, body: null });
}

import { hash } from 'node:crypto';
import { newId, type WebhookEvent, type WebhookSource } from '@patchbay/contracts';
import {
  type HookEvent,
  type HookRequest,
  hideSecrets,
  repeatsSecret,
  type Verified,
  type WebhookScheme,
} from '@patchbay/webhook-schemes';
import type { ClaimKeys, HookArrival } from './ports.ts';

/** An event on its way into the stream. */
export interface NewEvent {
  readonly event: WebhookEvent;
  readonly payload: Uint8Array | string;
  /** Null where each request is an event of its own. */
  readonly claim: ClaimKeys | null;
}

export interface VerifiedArrival {
  readonly arrival: HookArrival;
  readonly source: WebhookSource;
  readonly scheme: WebhookScheme;
  readonly request: HookRequest;
  readonly verdict: Verified;
  /** Of the secrets tried: what must not be kept with a request that repeats one. */
  readonly secrets: readonly string[];
}

export interface FoundEvents {
  readonly events: readonly NewEvent[];
  /** The whole body where events are parts of it, as it may be kept; null where it is the event. */
  readonly request: Uint8Array | null;
}

const hourMs = 3_600_000;

/** What is stored of the events of a verified request, and what tells each from others. */
export function factsOf(found: readonly HookEvent[], verified: VerifiedArrival): FoundEvents {
  const { arrival, source, scheme, request, verdict } = verified;
  // A vendor that repeats the secret puts it into what we store: it is covered there.
  const secrets = repeatsSecret(scheme, verdict.variant) ? verified.secrets : [];
  const kept = hideSecrets(scheme, request, secrets);
  const windowMs = hourMs * Math.max(source.dedup_window_h ?? 0, scheme.dedup.window_h);
  const facts = {
    id: arrival.id,
    method: arrival.method,
    url: kept.url,
    headers: kept.headers.map(([name, value]): [string, string] => [name, value]),
  };
  const events = found.map((one, index): NewEvent => {
    const dedup_key = one.dedupKey === null ? null : sha256(one.dedupKey);
    const guard_key = guardOf(scheme, verdict, one, index);
    return {
      event: {
        id: newId('event', arrival.receivedAt.getTime()),
        tenant: source.tenant,
        source: source.id,
        scheme: scheme.id,
        variant: verdict.variant,
        secret_id: verdict.secret,
        type: one.type,
        vendor_id: one.id,
        dedup_key,
        guard_key,
        received_at: arrival.receivedAt.toISOString(),
        request: facts,
        index,
        count: found.length,
        content_type: contentTypeOf(arrival.headers),
        traceparent: arrival.traceparent,
      },
      payload: one.json === null ? kept.body : covered(one.json, scheme, secrets),
      claim: dedup_key === null ? null : { keys: keysOf(source, { dedup_key, guard_key }), windowMs },
    };
  });
  return { events: firstOfEach(events), request: found.some(({ json }) => json !== null) ? kept.body : null };
}

/** The keys of an event in Redis. */
export function keysOf(
  { tenant, id }: Pick<WebhookSource, 'tenant' | 'id'>,
  { dedup_key, guard_key }: { readonly dedup_key: string; readonly guard_key: string | null },
): string[] {
  const place = `hook:${tenant}:${id}`;
  return [`${place}:${dedup_key}`, ...(guard_key === null ? [] : [`${place}:g:${guard_key}`])];
}

/**
 * Where the id of an event is not signed, the same signed bytes under another id are the same event: else whoever captured
 * a request could have it acted upon again.
 */
function guardOf(scheme: WebhookScheme, { signedSha256 }: Verified, one: HookEvent, index: number): string | null {
  const { dedup, event } = scheme;
  if (!dedup.replay_guard || event.id_signed || one.id === null) return null;
  const digest = signedSha256();
  return digest === null || index === 0 ? digest : sha256(`${digest} ${index}`);
}

function firstOfEach(events: readonly NewEvent[]): NewEvent[] {
  const seen = new Set<string>();
  return events.filter(({ event: { dedup_key } }) => {
    if (dedup_key === null) return true;
    const isNew = !seen.has(dedup_key);
    seen.add(dedup_key);
    return isNew;
  });
}

function covered(json: string, scheme: WebhookScheme, secrets: readonly string[]): Uint8Array | string {
  if (secrets.length === 0) return json;
  return hideSecrets(scheme, { method: 'POST', url: '', headers: [], body: Buffer.from(json) }, secrets).body;
}

function contentTypeOf(headers: HookArrival['headers']): string | null {
  return headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? null;
}

function sha256(text: string): string {
  return hash('sha256', text);
}

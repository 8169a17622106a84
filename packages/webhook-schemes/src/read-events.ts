import { hash } from 'node:crypto';
import { Refusal } from './hook-request.ts';
import { valueAt } from './json-path.ts';
import { renderIfThere, type Values } from './render-template.ts';
import type { WebhookScheme } from './scheme.ts';
import type { Verified } from './verify.ts';

/** An event of a verified request. */
export interface HookEvent {
  /** The vendor's id of it; null when it gives none. */
  readonly id: string | null;
  readonly type: string;
  /** Two requests with the same key are the same event, within the scheme's window; null where each is one of its own. */
  readonly dedupKey: string | null;
  /** The event's own JSON where its request holds a list of events; null where the body is the event. */
  readonly json: string | null;
}

/** Events of one request; vendors send a hundred at most. */
const maxEvents = 1_000;
/** Characters of an id and of a type that are kept; vendors' are a third of it. */
const maxLength = 256;

/**
 * The events of a verified request: one, or those of its list. An id that is not among what is signed counts together with
 * the body, so that a captured request under a fresh id is not a new event, and a guessed id does not suppress a real one.
 */
export function readEvents(
  scheme: WebhookScheme,
  { view, signedSha256 }: Verified,
  settings: Readonly<Record<string, string>> = {},
): HookEvent[] {
  const { list } = scheme.event;
  if (list === undefined) return [readEvent(scheme, { view, settings }, signedSha256)];
  const found = view.request.body.length === 0 ? [] : valueAt(view.json, list);
  // A vendor that sends lists may send one event without.
  const items = Array.isArray(found) ? found : [found ?? view.json];
  if (items.length > maxEvents) throw new Refusal('body_unreadable', `The body holds more than ${maxEvents} events.`);
  return items.map((item) => readEvent(scheme, { view, settings, item }, signedSha256));
}

function readEvent({ event, dedup }: WebhookScheme, values: Values, signedSha256: Verified['signedSha256']): HookEvent {
  const id = event.id === null ? null : readIfThere(event.id, values);
  const type = (readIfThere(event.type, values) ?? 'unknown').slice(0, maxLength);
  const json = values.item === undefined ? null : JSON.stringify(values.item);
  if (id === null && dedup.repeats) return { id, type, dedupKey: dedup.replay_guard ? signedSha256() : null, json };
  if (id !== null && (event.id_signed || dedup.body_changes)) return { id, type, dedupKey: id, json };
  const digest = hash('sha256', json ?? values.view.request.body);
  const dedupKey = id === null ? digest : `${id} ${digest}`;
  return { id, type, dedupKey, json };
}

/** A body that cannot be read has no id and no type; it is the vendor's all the same. */
function readIfThere(template: string, values: Values): string | null {
  try {
    const text = renderIfThere(template, values);
    return text === null || text === '' ? null : text.slice(0, maxLength);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

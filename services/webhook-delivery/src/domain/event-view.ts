import type { WebhookEvent } from '@patchbay/contracts';

/** An event as filters and templates see it. */
export interface EventView {
  readonly event: WebhookEvent;
  /** The payload's JSON; of a form its fields, a repeated one as a list; `undefined` for anything else. */
  readonly body: unknown;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads an event's payload. Nothing is thrown for one that cannot be read: the event is the vendor's all the same. */
export function viewOf(event: WebhookEvent, payload: Uint8Array): EventView {
  return { event, body: readBody(event, payload) };
}

function readBody({ content_type, count }: WebhookEvent, payload: Uint8Array): unknown {
  let text: string;
  try {
    text = utf8.decode(payload);
  } catch {
    return undefined;
  }
  // The items of a list are JSON, whatever they came in.
  if (count === 1 && /^application\/x-www-form-urlencoded\b/i.test(content_type ?? '')) return readForm(text);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readForm(text: string): Record<string, unknown> {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value]);
  }
  // A null prototype, so that a field may have any name.
  return Object.assign(Object.create(null), Object.fromEntries(fields));
}

/** The value at a dotted path, such as `data.items.0.id`; `undefined` when nothing is there. Own properties only. */
export function bodyValue({ body }: EventView, path: string): unknown {
  let value = body;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    // The length of a list is no part of what was sent.
    if (Array.isArray(value) && !/^\d{1,6}$/.test(key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** Every value of a header, in the order they came; `name` in any case. */
export function headerValues({ event }: EventView, name: string): string[] {
  const wanted = name.toLowerCase();
  return event.request.headers.filter(([given]) => given.toLowerCase() === wanted).map(([, value]) => value);
}

/** Every text and number of a body as text, names of fields included, in no order. */
export function bodyValues({ body }: EventView): string[] {
  const values: string[] = [];
  const left: unknown[] = [body];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string' || typeof value === 'number') values.push(String(value));
    else if (typeof value === 'object' && value !== null)
      for (const [name, item] of Object.entries(value)) left.push(name, item);
  }
  return values;
}

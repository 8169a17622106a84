import { type Entity, isEntity } from '../entities.ts';

/** A text with what is personal in it, as corpora give them. */
export interface LabelledText {
  readonly text: string;
  readonly spans: readonly { readonly type: string; readonly start: number; readonly end: number }[];
}

/** A file is not of that form; the message says where. */
export class NotLabelledTexts extends Error {}

/** Reads JSON of the form `[{text, spans: [{type, start, end}]}]`. Throws `NotLabelledTexts`. */
export function readLabelledTexts(json: string): LabelledText[] {
  let read: unknown;
  try {
    read = JSON.parse(json);
  } catch {
    throw new NotLabelledTexts('It is not JSON.');
  }
  if (!Array.isArray(read)) throw new NotLabelledTexts('It is not a list of texts.');
  return read.map((one: unknown, index) => {
    const fail = (what: string): never => {
      throw new NotLabelledTexts(`Entry ${index} ${what}.`);
    };
    if (typeof one !== 'object' || one === null) return fail('is no object');
    const { text, spans } = one as { text?: unknown; spans?: unknown };
    if (typeof text !== 'string') return fail('has no "text"');
    if (!Array.isArray(spans)) return fail('has no list "spans"');
    for (const span of spans as { type?: unknown; start?: unknown; end?: unknown }[]) {
      if (typeof span?.type !== 'string') return fail('has a span without "type"');
      const { start, end } = span;
      if (
        !Number.isInteger(start) ||
        !Number.isInteger(end) ||
        Number(start) < 0 ||
        Number(end) > text.length ||
        Number(start) >= Number(end)
      )
        return fail(`has a span of type ${span.type} whose "start" and "end" are not inside its text`);
    }
    return one as LabelledText;
  });
}

/** What corpora call our entities, where it is not the same in upper case. */
const names: Readonly<Record<string, Entity>> = {
  EMAIL_ADDRESS: 'email',
  PHONE_NUMBER: 'phone',
  IBAN_CODE: 'iban',
  IP_ADDRESS: 'ip',
  MEDICAL_LICENSE: 'us_npi',
  ABA_ROUTING_NUMBER: 'us_aba',
};

/** Our entity for a corpus's type; none where we have no such thing, such as the name of a country. */
export function entityOfType(type: string): Entity | undefined {
  const lower = type.toLowerCase();
  return isEntity(lower) ? lower : names[type.toUpperCase()];
}

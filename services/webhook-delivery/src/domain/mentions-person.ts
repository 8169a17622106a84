import { bodyValues, type EventView } from './event-view.ts';

/** Characters of an id that is looked for; a shorter one stands for too much else. */
const shortestId = 4;
/** What may stand between two digits of a number, as people and forms write it. */
const between = '[\\s().\\-/+\\u00a0]{0,3}';

/** Whether a person is named in something. */
export interface Mentions {
  /** In any text. An id is looked for as a whole value alone, so never in here. */
  inText(text: string): boolean;
  /** In what a vendor sent, and in the address that it was sent to. */
  inEvent(view: EventView, payload: Uint8Array): boolean;
}

/**
 * How a person is found in what vendors send.
 * A phone number: its digits with the country's, whatever separates them. An e-mail address: in any case. An id: as a whole value of JSON
 * or of a form, from four characters on.
 * @param subject in its counted form, such as `phone:+15551234567`.
 */
export function mentionsOf(subject: string): Mentions {
  const [, kind, named = ''] = /^(phone|email|id):(.*)$/su.exec(subject) ?? [];
  const pattern =
    kind === 'phone'
      ? new RegExp(`(?<!\\d)(?:00)?${[...named.replace(/\D/gu, '')].join(between)}(?!\\d)`, 'u')
      : kind === 'email'
        ? new RegExp(`(?<![\\w.+-])${escaped(named)}(?![\\w-]|\\.\\w)`, 'iu')
        : null;
  const inText = (text: string) => pattern?.test(text) === true;
  const isValue = (value: string) =>
    inText(value) || (pattern === null && named.length >= shortestId && value === named);
  return {
    inText,
    inEvent(view, payload) {
      if (isIn(unescaped(view.event.request.url), isValue)) return true;
      if (view.body === undefined) return inText(Buffer.from(payload).toString('utf8'));
      return bodyValues(view).some(isValue);
    },
  };
}

/** An address, or a value of its query. */
function isIn(url: string, isValue: (value: string) => boolean): boolean {
  return (
    isValue(url) || (url.split('?', 2)[1] ?? '').split('&').some((pair) => isValue(pair.slice(pair.indexOf('=') + 1)))
  );
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/gu, '\\$&');
}

import type { Credential } from '@patchbay/contracts';
import { secretValues } from './credential-fields.ts';

const replacement = '[secret]';
/** Shorter values would blank out ordinary words: of an error text, and of an answer that the model needs. */
const minLengthInErrors = 4;
const minLengthInAnswers = 8;

/** Replaces a credential's values in what an upstream wrote. */
export interface Scrubber {
  /** In a text of an error. */
  text(text: string): string;
  /** In every string inside a JSON value, keys included. */
  value(value: unknown): unknown;
  /** Whether `value` would find something in what this text says. Cheap: for the hot path. */
  finds(text: string): boolean;
  /** What `value` looks for, the longest first. */
  readonly forms: readonly string[];
}

const nothing: Scrubber = { text: (text) => text, value: (value) => value, finds: () => false, forms: [] };
const known = new WeakMap<Credential, Scrubber>();

/**
 * The scrubber of a credential: each secret raw, percent-encoded, as a form and as JSON text, in hexadecimal, in base64 and in base64url,
 * also where other text was encoded together with it.
 */
export function scrubberOf(credential: Credential | null): Scrubber {
  if (credential === null) return nothing;
  let scrubber = known.get(credential);
  if (scrubber === undefined) {
    scrubber = createScrubber(credential);
    known.set(credential, scrubber);
  }
  return scrubber;
}

/** Both, as one. */
export function joinScrubbers(first: Scrubber, second: Scrubber): Scrubber {
  if (second === nothing) return first;
  return {
    text: (text) => second.text(first.text(text)),
    value: (value) => second.value(first.value(value)),
    finds: (text) => first.finds(text) || second.finds(text),
    forms: [...first.forms, ...second.forms].sort((a, b) => b.length - a.length),
  };
}

function createScrubber(credential: Credential): Scrubber {
  const inErrors = formsOf(credential, minLengthInErrors);
  const inAnswers = formsOf(credential, minLengthInAnswers);
  const replace = (text: string, forms: readonly string[]): string => {
    let scrubbed = text;
    for (const form of forms) if (scrubbed.includes(form)) scrubbed = scrubbed.replaceAll(form, replacement);
    return scrubbed;
  };
  const scrubValue = (value: unknown): unknown => {
    if (typeof value === 'string') return replace(value, inAnswers);
    if (Array.isArray(value)) return value.map(scrubValue);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [replace(key, inAnswers), scrubValue(member)]),
    );
  };
  return {
    text: (text) => replace(text, inErrors),
    value: scrubValue,
    finds: (text) => {
      for (const form of inAnswers) if (text.includes(form)) return true;
      return false;
    },
    forms: inAnswers,
  };
}

function formsOf(credential: Credential, minLength: number): string[] {
  const forms = new Set<string>();
  for (const secret of secretValues(credential)) {
    if (secret.length < minLength) continue;
    const bytes = Buffer.from(secret);
    const json = JSON.stringify(secret).slice(1, -1);
    forms.add(secret);
    forms.add(json);
    // Some encoders escape slashes too.
    forms.add(json.replaceAll('/', '\\/'));
    const percent = encodeURIComponent(secret.toWellFormed());
    forms.add(percent);
    forms.add(percent.replace(/%../g, (code) => code.toLowerCase()));
    // As a form has it: a blank is a plus there, and other characters are escaped.
    forms.add(new URLSearchParams({ '': secret }).toString().slice(1));
    forms.add(bytes.toString('hex'));
    forms.add(bytes.toString('hex').toUpperCase());
    forms.add(bytes.toString('base64').replace(/=+$/, ''));
    forms.add(bytes.toString('base64url'));
    for (const shift of [0, 1, 2] as const) {
      const inside = base64Inside(bytes, shift);
      forms.add(inside);
      forms.add(inside.replaceAll('+', '-').replaceAll('/', '_'));
    }
  }
  if (credential.type === 'basic') {
    forms.add(Buffer.from(`${credential.username}:${credential.password}`).toString('base64').replace(/=+$/, ''));
  }
  // Longest first, so that no form is cut in two by a shorter one inside it.
  return [...forms].filter((form) => form.length >= minLength).sort((a, b) => b.length - a.length);
}

/**
 * What of a secret's base64 is the same whatever is encoded with it, when it begins so many bytes after a multiple of three: the
 * characters that hold its bits alone.
 */
function base64Inside(bytes: Buffer, shift: 0 | 1 | 2): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
}

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

/** The scrubber of a credential: each secret raw, percent-encoded, as JSON text, in base64 and in base64url. */
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
    forms.add(encodeURIComponent(secret.toWellFormed()));
    forms.add(bytes.toString('base64').replace(/=+$/, ''));
    forms.add(bytes.toString('base64url'));
  }
  if (credential.type === 'basic') {
    forms.add(Buffer.from(`${credential.username}:${credential.password}`).toString('base64').replace(/=+$/, ''));
  }
  // Longest first, so that no form is cut in two by a shorter one inside it.
  return [...forms].filter((form) => form.length >= minLength).sort((a, b) => b.length - a.length);
}

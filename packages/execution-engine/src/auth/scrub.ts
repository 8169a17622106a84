import type { Credential } from '@patchbay/contracts';
import { secretValues } from './credential-fields.ts';

const replacement = '[secret]';
/** Shorter values would blank out ordinary words. */
const minLength = 4;

/** Replaces a credential's values in text that an upstream wrote. */
export interface Scrubber {
  text(text: string): string;
  /** The same for every string inside a JSON value, keys included. */
  value(value: unknown): unknown;
  /** Whether the text holds one of the values as it stands. Cheap: for the hot path. */
  finds(text: string): boolean;
}

/** A scrubber for the credential: each secret raw, percent-encoded, as JSON text, in base64 and in base64url. */
export function createScrubber(credential: Credential | null): Scrubber {
  const secrets = credential === null ? [] : secretValues(credential).filter((value) => value.length >= minLength);
  let forms: readonly string[] | null = null;
  const scrubText = (text: string): string => {
    forms ??= allForms(secrets, credential);
    let scrubbed = text;
    for (const form of forms) if (scrubbed.includes(form)) scrubbed = scrubbed.replaceAll(form, replacement);
    return scrubbed;
  };
  const scrubValue = (value: unknown): unknown => {
    if (typeof value === 'string') return scrubText(value);
    if (Array.isArray(value)) return value.map(scrubValue);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [scrubText(key), scrubValue(member)]));
  };
  return {
    text: secrets.length === 0 ? (text) => text : scrubText,
    value: scrubValue,
    finds: (text) => secrets.some((secret) => text.includes(secret)),
  };
}

function allForms(secrets: readonly string[], credential: Credential | null): string[] {
  const forms = new Set<string>();
  for (const secret of secrets) {
    const bytes = Buffer.from(secret);
    forms.add(secret);
    forms.add(JSON.stringify(secret).slice(1, -1));
    forms.add(encodeURIComponent(secret.toWellFormed()));
    forms.add(bytes.toString('base64').replace(/=+$/, ''));
    forms.add(bytes.toString('base64url'));
  }
  if (credential?.type === 'basic') {
    forms.add(Buffer.from(`${credential.username}:${credential.password}`).toString('base64').replace(/=+$/, ''));
  }
  // Longest first, so that no form is cut in two by a shorter one inside it.
  return [...forms].filter((form) => form.length >= minLength).sort((a, b) => b.length - a.length);
}

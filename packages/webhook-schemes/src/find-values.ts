import { decode } from './encodings.ts';
import { Refusal } from './hook-request.ts';
import { renderIfThere, type Values } from './render-template.ts';
import type { Encoding, Place } from './scheme.ts';

/** Signatures looked at in one request: vendors send two or three while a secret is replaced. */
const maxValues = 16;

/** The texts that stand at a place: one, or the entries of its list that have its name. Prefixes are off; other texts are left out. */
export function textsAt(place: Place, values: Values): string[] {
  const text = renderIfThere(place.from, values);
  if (text === null) return [];
  const { list, prefix } = place;
  const entries = list === undefined ? [text] : entriesOf(text, list);
  const found = entries.flatMap((entry) => {
    if (prefix === undefined) return [entry];
    return entry.startsWith(prefix) ? [entry.slice(prefix.length)] : [];
  });
  if (found.length > maxValues)
    throw new Refusal('signature_malformed', `There are more than ${maxValues} signatures.`);
  return found;
}

function entriesOf(text: string, { separator, pair, name }: NonNullable<Place['list']>): string[] {
  const entries = text.split(separator).map((entry) => entry.trim());
  if (pair === undefined) return entries.filter((entry) => entry !== '');
  return entries.flatMap((entry) => {
    const at = entry.indexOf(pair);
    if (at < 0) return [];
    return name === undefined || entry.slice(0, at) === name ? [entry.slice(at + pair.length)] : [];
  });
}

/** Every signature of a request. @throws Refusal `signature_missing`, `signature_malformed` when none can be read. */
export function signaturesAt(places: readonly (Place & { encoding: Encoding })[], values: Values): Buffer[] {
  const texts = places.flatMap((place) => textsAt(place, values).map((text) => ({ text, encoding: place.encoding })));
  if (texts.length === 0) {
    throw new Refusal('signature_missing', `There is no signature at ${places.map(({ from }) => from).join(', ')}.`);
  }
  const read = texts.flatMap(({ text, encoding }) => decode(text, encoding) ?? []);
  if (read.length === 0) {
    throw new Refusal(
      'signature_malformed',
      `The signature is not ${places.map(({ encoding }) => encoding).join(' or ')}.`,
    );
  }
  return read;
}

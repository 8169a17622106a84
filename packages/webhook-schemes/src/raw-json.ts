/** A number of a JSON text, as it is written there. */
export interface RawNumber {
  readonly rawJSON: string;
}

/** What the language has for it (ECMA-262, JSON.rawJSON), until TypeScript's libraries know of it. */
interface JsonWithSource {
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
}

const json = JSON as unknown as JsonWithSource;

export function isRawNumber(value: unknown): value is RawNumber {
  return json.isRawJSON(value);
}

/** Parses, and keeps a number as it is written where a double would be another one: with some vendors, ids are numbers. */
export function parseExactly(text: string): unknown {
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? json.rawJSON(source) : value,
  );
}

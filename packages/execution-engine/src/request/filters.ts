import { fileOf } from './file-argument.ts';
import { toText } from './text.ts';

/** Turns a value into text that is safe at one place. */
export type Filter = (value: unknown) => string;

const soqlEscapes: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};
const soql: Filter = (value) => toText(value).replace(/[\\'"\n\r\t\b\f]/g, (char) => soqlEscapes[char] as string);

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** Of an RFC 3339 time, in Unix milliseconds. Anything else stays as it is. */
function ofTime(write: (ms: number) => string): Filter {
  return (value) => {
    const text = toText(value);
    const time = rfc3339.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(time) ? text : write(time);
  };
}

/**
 * Quoting filters of templates. A value stays inside the literal it is put in:
 * - `soql`, `soql_like`: a Salesforce SOQL string in single quotes; the second also takes the meaning from `%` and `_`.
 * - `jql`: a Jira JQL string in double or single quotes.
 * - `odata`: an OData string in single quotes (OASIS OData 4.01 URL conventions, section 5.1.1.6.2: quotes are doubled).
 * - `json`: the value as JSON, its quotes included.
 * - `url`: percent-encoded.
 * - `base64`, `base64url`: of the UTF-8 text, or of a file's bytes.
 * - `utc`: an RFC 3339 time as UTC without a designator, `2026-03-02T20:00:00`. Anything else stays as it is.
 * - `unix`, `unix_ms`: an RFC 3339 time in Unix seconds or milliseconds. Anything else stays as it is.
 * - `line`: on one line, for a header inside a message.
 * - `byte_length`: size in bytes of a text or a file argument.
 */
export const filters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['soql', soql],
  ['soql_like', (value) => soql(value).replace(/[%_]/g, '\\$&')],
  [
    'jql',
    (value) =>
      toText(value)
        .replace(/[\\"']/g, '\\$&')
        .replace(/[\n\r\t]+/g, ' '),
  ],
  ['odata', (value) => toText(value).replaceAll("'", "''")],
  ['json', (value) => JSON.stringify(value)],
  ['url', (value) => encodeURIComponent(toText(value).toWellFormed())],
  ['base64', (value) => bytesOf(value).toString('base64')],
  ['base64url', (value) => bytesOf(value).toString('base64url')],
  ['utc', ofTime((ms) => new Date(ms).toISOString().slice(0, 19))],
  ['unix', ofTime((ms) => String(Math.floor(ms / 1_000)))],
  ['unix_ms', ofTime(String)],
  ['line', (value) => toText(value).replace(/[\r\n\0]+/g, ' ')],
  ['byte_length', (value) => String(fileOf(value, 'file')?.bytes.length ?? Buffer.byteLength(toText(value)))],
]);

function bytesOf(value: unknown): Buffer {
  const file = fileOf(value, 'file');
  return Buffer.from(file === null ? toText(value) : file.bytes);
}

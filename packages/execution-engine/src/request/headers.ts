import type { Report } from '../prepare/report.ts';
import { invalidArgument } from './invalid-argument.ts';
import { parseTemplate, staticText } from './template.ts';
import { toText } from './text.ts';
import type { RequestContext, ValueSource } from './value-source.ts';
import { resolveSource } from './value-source.ts';

/** A header whose value varies. `argument` names it in errors. */
export interface HeaderField {
  readonly name: string;
  readonly argument: string;
  readonly source: ValueSource;
}
export interface HeaderPlan {
  /** Lower-case names. */
  readonly fixed: Record<string, string>;
  readonly fields: readonly HeaderField[];
}

/** Headers that the HTTP layer writes (RFC 9110 sections 7.2, 7.6.1, 8.6, 10.1.1; RFC 9112 section 6). */
const owned = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
]);
/** RFC 9110 section 5.5, less what a header cannot carry safely: line breaks, other controls, and beyond Latin-1. */
const refusedValue = /[^\t\x20-\x7e\x80-\xff]/;
const nameShape = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;

/** Why a document may not name this header, or `null`. `forCredential`: `auth` names it. */
export function headerNameProblem(name: string, forCredential = false): string | null {
  if (!nameShape.test(name)) return `'${name}' is not a header name`;
  const lower = name.toLowerCase();
  if (owned.has(lower) || lower.startsWith('proxy-')) return `the header '${name}' is written by the HTTP layer`;
  if (!forCredential && lower === 'authorization') return 'the header authorization is set from the credential alone';
  if (!forCredential && lower === 'cookie') return 'the header cookie is set from x-in: cookie or from the credential';
  return null;
}

export function headerValueIsSafe(value: string): boolean {
  return !refusedValue.test(value);
}

/** Compiles a document's header map into `plan`. Values may hold `{placeholders}`. */
export function compileHeaders(
  headers: Record<string, string> | undefined,
  lookup: (name: string) => ValueSource | null,
  report: Report,
  at: string,
): HeaderPlan {
  const fixed: Record<string, string> = {};
  const fields: HeaderField[] = [];
  for (const [name, value] of Object.entries(headers ?? {})) {
    const path = `${at}.${name}`;
    const problem = headerNameProblem(name);
    if (problem !== null) {
      report(path, problem);
      continue;
    }
    const template = parseTemplate(value, lookup, (message) => report(path, message));
    const text = staticText(template);
    if (text === null)
      fields.push({ name: name.toLowerCase(), argument: name, source: { kind: 'template', template } });
    else if (headerValueIsSafe(text)) fixed[name.toLowerCase()] = text;
    else report(path, 'holds characters that a header cannot carry');
  }
  return { fixed, fields };
}

/** Adds the varying headers. An absent value leaves its header out. Throws `invalid_arguments` for an unsafe value. */
export function addHeaders(
  headers: Record<string, string>,
  fields: readonly HeaderField[],
  context: RequestContext,
): void {
  for (const field of fields) {
    const value = resolveSource(field.source, context);
    if (value === undefined || value === null) continue;
    const text = Array.isArray(value) ? value.map(toText).join(',') : toText(value);
    if (!headerValueIsSafe(text)) throw invalidArgument(field.argument, 'holds characters that a header cannot carry');
    headers[field.name] = text;
  }
}

/** Adds the `cookie` header. */
export function addCookies(
  headers: Record<string, string>,
  fields: readonly HeaderField[],
  context: RequestContext,
): void {
  let cookie = '';
  for (const field of fields) {
    const value = resolveSource(field.source, context);
    if (value === undefined || value === null) continue;
    cookie += `${cookie === '' ? '' : '; '}${field.name}=${encodeURIComponent(toText(value).toWellFormed())}`;
  }
  if (cookie !== '') headers.cookie = cookie;
}

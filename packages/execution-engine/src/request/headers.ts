import { isFramingHeader, isHeaderName, isHeaderValue } from '@patchbay/egress/header-rules';
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

/** In characters. */
const longestName = 64;

/** Why a document may not name this header, or `null`. `forCredential`: `auth` names it. */
export function headerNameProblem(name: string, forCredential = false): string | null {
  if (!isHeaderName(name) || name.length > longestName) return `'${name}' is not a header name`;
  const lower = name.toLowerCase();
  if (isFramingHeader(name)) return `the header '${name}' is written by the HTTP layer`;
  if (!forCredential && lower === 'authorization') return 'the header authorization is set from the credential alone';
  if (!forCredential && lower === 'cookie') return 'the header cookie is set from x-in: cookie or from the credential';
  return null;
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
    else if (isHeaderValue(text)) fixed[name.toLowerCase()] = text;
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
    if (!isHeaderValue(text)) throw invalidArgument(field.argument, 'holds characters that a header cannot carry');
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

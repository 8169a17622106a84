import { isFramingHeader, isHeaderName, isHeaderValue } from './header-rules.ts';
import type { Reason } from './reasons.ts';

const maxRemembered = 4096;
const verdicts = new Map<string, Reason | null>();

/** The headers as undici takes them, name and value in turn, or why they are refused. */
export function headerListOf(headers: Readonly<Record<string, string>>): string[] | Reason {
  const list: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    const reason = refusalByName(name);
    if (reason !== null) return reason;
    if (typeof value !== 'string' || !isHeaderValue(value)) return 'header_invalid';
    list.push(name, value);
  }
  return list;
}

function refusalByName(name: string): Reason | null {
  let reason = verdicts.get(name);
  if (reason === undefined) {
    reason = judge(name);
    if (verdicts.size >= maxRemembered) verdicts.clear();
    verdicts.set(name, reason);
  }
  return reason;
}

function judge(name: string): Reason | null {
  if (!isHeaderName(name)) return 'header_invalid';
  return isFramingHeader(name) ? 'header_not_allowed' : null;
}

/** Headers that may follow a redirect to another origin: they say nothing about who asks or what for. */
const safeAcrossOrigins = new Set(['accept', 'accept-encoding', 'accept-language', 'user-agent']);

export function withoutPrivateHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => safeAcrossOrigins.has(name.toLowerCase())));
}

/** What is left of the headers once the body is gone. */
export function withoutBodyHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.toLowerCase().startsWith('content-')));
}

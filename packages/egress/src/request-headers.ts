import type { Reason } from './reasons.ts';

/** Headers that frame the message or steer the connection: egress writes them, or nobody does (RFC 9110 section 7.6.1). */
const framing = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'http2-settings',
]);

/** RFC 9110 section 5.6.2. */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 section 5.5: visible characters, spaces, tabs and obs-text, so no CR, LF or NUL. */
const badValue = /[^\t\x20-\x7e\x80-\xff]/;

const maxRemembered = 4096;
const verdicts = new Map<string, Reason | null>();

/** The headers as undici takes them, name and value in turn, or why they are refused. */
export function headerListOf(headers: Readonly<Record<string, string>>): string[] | Reason {
  const list: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    const reason = refusalByName(name);
    if (reason !== null) return reason;
    if (typeof value !== 'string' || badValue.test(value)) return 'header_invalid';
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
  if (!token.test(name)) return 'header_invalid';
  const lower = name.toLowerCase();
  return framing.has(lower) || lower.startsWith('proxy-') ? 'header_not_allowed' : null;
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

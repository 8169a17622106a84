/** Headers that frame the message or steer the connection: egress writes them, or nobody does. */
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
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const refusedInValue = /[^\t\x20-\x7e\x80-\xff]/;

/** Whether nobody may set it (RFC 9110 sections 7.2, 7.6.1, 8.6 and 10.1.1; RFC 9112 section 6). */
export function isFramingHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return framing.has(lower) || lower.startsWith('proxy-');
}

/** A token of RFC 9110, section 5.6.2. */
export function isHeaderName(name: string): boolean {
  return token.test(name);
}

/** Visible characters, spaces, tabs and obs-text of RFC 9110, section 5.5: no line break, NUL, nor beyond Latin-1. */
export function isHeaderValue(value: string): boolean {
  return !refusedInValue.test(value);
}

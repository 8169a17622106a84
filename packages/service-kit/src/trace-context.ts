/** W3C Trace Context, level 1: `00-<trace id>-<span id>-<flags>`. */
const form = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

/** Hexadecimal digits drawn ahead: asking the system for each span's eight bytes showed in the profile. */
let digits = '';
let used = 0;

function randomHex(bytes: number): string {
  if (used + bytes * 2 > digits.length) {
    digits = Buffer.from(crypto.getRandomValues(new Uint8Array(8_192))).toString('hex');
    used = 0;
  }
  used += bytes * 2;
  return digits.slice(used - bytes * 2, used);
}

/** The traceparent of a child of `parent`, or of a new trace when there is none or it is malformed. */
export function childTraceparent(parent: string | null): string {
  const match = parent === null ? null : form.exec(parent);
  return match === null ? `00-${randomHex(16)}-${randomHex(8)}-00` : `00-${match[1]}-${randomHex(8)}-${match[2]}`;
}

/** The trace id inside a traceparent, or null. */
export function traceIdOf(traceparent: string | null): string | null {
  return (traceparent === null ? null : form.exec(traceparent)?.[1]) ?? null;
}

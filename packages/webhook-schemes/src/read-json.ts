import { isUtf8 } from 'node:buffer';
import { Refusal } from './hook-request.ts';
import { parseExactly } from './raw-json.ts';

/** Levels of nesting; no vendor's event has a quarter of it. */
const maxDepth = 64;

/** JSON as RFC 8259 has it, in UTF-8 without a byte order mark. @throws Refusal `body_unreadable`. */
export function readJson(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw new Refusal('body_unreadable', 'The body is not UTF-8.');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (hasManyLevels(text) && isDeep(text))
    throw new Refusal('body_unreadable', `The body is nested more than ${maxDepth} deep.`);
  try {
    return longNumber.test(text) ? parseExactly(text) : JSON.parse(text);
  } catch {
    throw new Refusal('body_unreadable', 'The body is not JSON.');
  }
}

/** More digits than a double holds for certain. */
const longNumber = /[:[,]\s*-?\d[\d.eE+-]{15}/;

/** Whether there are as many brackets as it takes to be deep. Most bodies have fewer, and need no closer look. */
function hasManyLevels(text: string): boolean {
  let opened = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      opened += 1;
      if (opened > maxDepth) return true;
    }
  }
  return false;
}

/** Looks at brackets outside of strings alone; what is no JSON fails later. */
function isDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 92) at += 1;
      else if (code === 34) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 91 || code === 123) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === 93 || code === 125) depth -= 1;
  }
  return false;
}

import { readIpv6 } from '../checks/ipv6.ts';
import type { Scanner } from '../scanner.ts';
import { isDigit, isWord } from '../view.ts';

/** Addresses of both versions. Four numbers after "version" are one. */
export const scanIp: Scanner = function* (scanned) {
  yield* scanV6(scanned);
  yield* scanV4(scanned);
};

const scanV4: Scanner = function* ({ view: { text }, context }) {
  for (const { 0: address, index: start } of text.matchAll(dotted)) {
    const end = start + address.length;
    if (address.split('.').some((part) => Number(part) > 255)) continue;
    if (text[start - 1] === '.' || text[start - 1] === '-' || text[start - 1] === '+') continue;
    if ((text[end] === '.' || text[end] === '-') && isDigit(text, end + 1)) continue;
    const around = context.around(start, end);
    const score = 0.7 + around.bonus('ip') - (around.otherwise ? 0.5 : 0);
    yield { entity: 'ip', start, end, score: Math.min(1, score), normalized: address };
  }
};

const dotted = /\b(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d{0,2})\b/g;

/** Longest address with a mapped IPv4 one and a zone. */
const longest = 64;

const scanV6: Scanner = function* ({ view: { text, lower }, context }) {
  for (let colon = text.indexOf(':'); colon !== -1; colon = text.indexOf(':', colon)) {
    let start = colon;
    while (start > 0 && colon - start < 4 && isHex(text, start - 1)) start--;
    let end = colon;
    let colons = 0;
    while (end < text.length && end - start < longest && (isHex(text, end) || text[end] === ':' || text[end] === '.')) {
      if (text[end] === ':') colons++;
      end++;
    }
    // What ends the sentence or introduces a list is not the address's.
    while (end > start && (text[end - 1] === '.' || (text[end - 1] === ':' && text[end - 2] !== ':'))) end--;
    const next = Math.max(end, colon + 1);
    const address = readAt(text, lower, start, end);
    if (colons >= 2 && address !== undefined) {
      const zone = zoneAfter(text, end);
      const score = (address === '::' ? 0.1 : 0.7) + context.around(start, end).bonus('ip');
      yield { entity: 'ip', start, end: zone, score: Math.min(1, score), normalized: lower.slice(start, zone) };
    }
    colon = next;
  }
};

function readAt(text: string, lower: string, start: number, end: number): string | undefined {
  if ((start > 0 && isWord(text, start - 1)) || (end < text.length && isWord(text, end))) return undefined;
  const address = lower.slice(start, end);
  return readIpv6(address) ? address : undefined;
}

/** Past `%eth0`, which names an interface. */
function zoneAfter(text: string, end: number): number {
  if (text[end] !== '%') return end;
  let at = end + 1;
  while (at < text.length && at - end <= 16 && isWord(text, at)) at++;
  return at === end + 1 ? end : at;
}

function isHex(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
}

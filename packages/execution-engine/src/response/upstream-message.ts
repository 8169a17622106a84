import type { Scrubber } from '../auth/scrub.ts';
import type { DataPath } from '../paths/data-path.ts';
import { readDataPath } from '../paths/data-path.ts';
import { visibleText } from './untrusted/visible-text.ts';

/** Longest text taken over from an upstream, in characters. */
const maxLength = 300;

/** Where APIs put their error text and code, most specific first. */
const messagePaths: readonly DataPath[] = [
  ['error', 'message'],
  ['error_description'],
  ['message'],
  ['errors', 0, 'message'],
  ['errors', 0, 'detail'],
  ['error', 'errors', 0, 'message'],
  ['detail'],
  ['description'],
  ['errorMessages', 0],
  [0, 'message'],
  ['errors', 0],
  ['title'],
  ['error'],
];
const codePaths: readonly DataPath[] = [
  ['error', 'code'],
  ['error', 'type'],
  ['error', 'status'],
  ['code'],
  ['errorCode'],
  ['errors', 0, 'code'],
  ['errors', 0, 'extensions', 'code'],
  ['errors', 0, 'type'],
  [0, 'errorCode'],
  ['category'],
  ['type'],
  ['error'],
];

/** What the upstream said of its failure, for `details`: short, on one line, without the credential. */
export function upstreamDetails(body: unknown, scrubber: Scrubber): Record<string, string> {
  const details: Record<string, string> = {};
  const code = firstText(body, codePaths);
  if (code !== null && code.length <= 80 && !/\s/.test(code)) details.upstream_code = scrubber.text(code);
  const message = typeof body === 'string' && !/^\s*</.test(body) ? body : firstText(body, messagePaths);
  const text = message === null ? '' : upstreamText(message, scrubber);
  if (text !== '') details.upstream_message = text;
  return details;
}

/** Bounded, on one line, and with the credential's values replaced before the cut, so that no half of one remains. */
export function upstreamText(text: string, scrubber: Scrubber): string {
  const line = scrubber
    .text(visibleText(text.slice(0, 20_000)).text)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1).toWellFormed()}…` : line;
}

function firstText(body: unknown, paths: readonly DataPath[]): string | null {
  for (const path of paths) {
    const value = readDataPath(body, path);
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return null;
}

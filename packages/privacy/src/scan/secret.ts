import type { Finding } from '../finding.ts';
import type { Scanner } from '../scanner.ts';
import { isDigit, isWord } from '../view.ts';

/** Keys and tokens by the shape that their makers give them, and values that are called passwords or secrets. */
export const scanSecret: Scanner = function* (scanned) {
  const { text } = scanned.view;
  yield* scanShaped(text);
  yield* scanJwt(text);
  yield* scanPem(text);
  yield* scanNamed(scanned);
};

/**
 * How a key begins, and how many characters follow at least: of AWS, GitHub, GitLab, Slack, Stripe, webhooks, Google, OpenAI and those
 * who took after it, SendGrid, npm, PyPI, Hugging Face, DigitalOcean, Shopify, Square, Linear, Notion, Databricks, Postman, HubSpot,
 * Telegram (behind a bot's number), and Patchbay.
 */
const prefixes: readonly (readonly [string, number])[] = [
  ...'AKIA ASIA'.split(' ').map((prefix) => [prefix, 16] as const),
  ...'ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ hf_ npm_'.split(' ').map((prefix) => [prefix, 30] as const),
  ...'xoxa- xoxb- xoxe- xoxp- xoxr- xoxs- xapp- sk_live_ sk_test_ rk_live_ rk_test_'
    .split(' ')
    .map((prefix) => [prefix, 10] as const),
  ...'glpat- ya29. sk- sq0atp- sq0csp- whsec_'.split(' ').map((prefix) => [prefix, 18] as const),
  ...'AIza SG. pypi- dop_v1_ doo_v1_ dor_v1_ shpat_ shpca_ shppa_ shpss_ lin_api_ ntn_ dapi PMAK- pat-na1- pat-eu1- :AA pbk_'
    .split(' ')
    .map((prefix) => [prefix, 31] as const),
];

function* scanShaped(text: string): Iterable<Finding> {
  for (const [prefix, least] of prefixes)
    for (let start = text.indexOf(prefix); start !== -1; ) {
      const end = endOfKey(text, start + prefix.length);
      // A bot's number stands before its colon; before any other key a word has to end.
      const inside = prefix === ':AA' ? !isDigit(text, start - 1) : start > 0 && isWord(text, start - 1);
      if (!inside && end - start - prefix.length >= least && hasDigit.test(text.slice(start, end)))
        yield { entity: 'secret', start, end, score: 0.95 };
      start = text.indexOf(prefix, end);
    }
}

function endOfKey(text: string, from: number): number {
  let at = from;
  while (at < text.length && (isAscii(text, at) || (inner.has(text[at] as string) && isAscii(text, at + 1)))) at++;
  return at;
}

/** Letters, digits, `_` and `-`: base64url. */
function isAscii(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (
    (code >= 48 && code <= 57) ||
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    code === 95 ||
    code === 45
  );
}

const inner = new Set('.+/=');

/** Three parts with dots between them, the first of which is JSON in base64url. What was read is not read again. */
function* scanJwt(text: string): Iterable<Finding> {
  for (let start = text.indexOf('eyJ'); start !== -1; ) {
    const first = endOfPart(text, start);
    const second = text[first] === '.' ? endOfPart(text, first + 1) : first;
    const third = second > first && text[second] === '.' ? endOfPart(text, second + 1) : second;
    if (first - start >= 10 && second - first > 4 && third > second)
      yield { entity: 'secret', start, end: third, score: 0.95 };
    start = text.indexOf('eyJ', Math.max(start + 3, third));
  }
}

function endOfPart(text: string, start: number): number {
  let at = start;
  while (at < text.length && isAscii(text, at)) at++;
  return at;
}

/** Private keys in PEM, up to their end, or to the end of the text when that was cut off. */
function* scanPem(text: string): Iterable<Finding> {
  for (let start = text.indexOf(begin); start !== -1; ) {
    let end = start + begin.length;
    if (text.slice(start, start + 64).includes('PRIVATE KEY-----')) {
      const closing = text.indexOf('-----END ', end);
      const last = closing === -1 ? -1 : text.indexOf('-----', closing + 9);
      end = last === -1 ? text.length : last + 5;
      yield { entity: 'secret', start, end, score: 0.99 };
    }
    start = text.indexOf(begin, end);
  }
}

const begin = '-----BEGIN ';

/** What stands behind "password:" or "api_key=", and the whole text of a field of such a name. */
const scanNamed: Scanner = function* ({ view: { text, lower, label } }) {
  if (isSecretLabel(label) && isOneWord(text)) yield { entity: 'secret', start: 0, end: text.length, score: 0.8 };
  for (const { 0: name, index } of lower.matchAll(names)) {
    between.lastIndex = index + name.length;
    if (!between.test(lower)) continue;
    const start = between.lastIndex;
    let end = start;
    while (end < text.length && end - start < longest && !ends.has(text[end] as string)) end++;
    const telling = name.startsWith('passw') || hasDigit.test(text.slice(start, end));
    if (end - start >= shortest && telling) yield { entity: 'secret', start, end, score: 0.7 };
  }
};

/** Whether a field of such a name holds nothing but a secret. */
export const isSecretLabel = (label: string) => labels.test(label);

const labels =
  /(?:password|passwd|passphrase|client secret|api key|apikey|access token|refresh token|auth token|private key|authorization)$/;
const names =
  /\b(?:password|passwd|passphrase|client_secret|secret_key|api[_-]?key|access_token|refresh_token|auth_token|bearer)\b/g;
const between = /["']?(?: ?[:=] ?["']?| is |(?= [a-z0-9])) ?/y;
const shortest = 8;
const longest = 256;
const ends = new Set(' \t\r\n"\'<>,;&');
const hasDigit = /\d/;

/** A secret is one word, or comes behind the name of its scheme. */
function isOneWord(text: string): boolean {
  const words = text.split(' ', 3);
  return (
    text.length >= 6 && (words.length === 1 || (words.length === 2 && schemes.has((words[0] as string).toLowerCase())))
  );
}

const schemes = new Set(['bearer', 'basic', 'token']);

import { domainToASCII } from 'node:url';
import { invalidArgument } from '../request/invalid-argument.ts';

/** RFC 2047 section 2: an encoded word is at most 75 characters; 45 bytes make 60 of base64 beside `=?UTF-8?B?` and `?=`. */
const wordBytes = 45;
/** RFC 5322 section 2.1.1 asks for lines of 78 characters, and forbids more than 998. */
const foldAt = 76;

/** A text header: as it is when it is plain ASCII, else in encoded words. No line break survives. */
export function textHeader(name: string, text: string): string {
  const line = oneLine(text);
  // What looks like an encoded word would be decoded by the reader, so it is encoded itself.
  const isPlain = /^[\x20-\x7e]*$/.test(line) && !line.includes('=?');
  return isPlain ? fold(`${name}: ${line}`) : `${name}: ${encodedWords(line)}`;
}

/** Addresses, one or a list, as a header; `null` where there is none. Throws `invalid_arguments` for what is no address. */
export function addressHeader(name: string, value: unknown, argument: string): string | null {
  const addresses = [value].flat().filter((item) => item !== undefined && item !== null && item !== '');
  if (addresses.length === 0) return null;
  return `${name}: ${addresses.map((item) => mailbox(item, argument)).join(',\r\n ')}`;
}

/** Message-IDs, one or a list. */
export function idHeader(name: string, value: unknown, argument: string): string | null {
  const ids = [value].flat().filter((item) => item !== undefined && item !== null && item !== '');
  if (ids.length === 0) return null;
  for (const id of ids)
    if (typeof id !== 'string' || !/^<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>$/.test(id))
      throw invalidArgument(argument, 'must be a Message-ID such as <abc@example.com>');
  return `${name}: ${ids.join('\r\n ')}`;
}

/** A parameter of a MIME header, by RFC 2231 where it is not plain. */
export function parameterOf(name: string, value: string): string {
  const line = oneLine(value);
  if (/^[\x20-\x7e]*$/.test(line)) return `${name}="${line.replace(/[\\"]/g, '\\$&')}"`;
  const encoded = encodeURIComponent(line.toWellFormed()).replace(
    /['()*!]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return `${name}*=UTF-8''${encoded}`;
}

function mailbox(value: unknown, argument: string): string {
  const text = typeof value === 'string' ? value.trim() : '';
  const [, name, angled] = /^(?:"?([^"<>]*?)"?\s*)?<([^<>]*)>$/.exec(text) ?? [];
  const address = (angled ?? text).trim();
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const domain = domainToASCII(address.slice(at + 1));
  // RFC 5322 section 3.4.1, atoms alone: quoted local parts are hardly used, and hard to get right by voice.
  if (at < 1 || !/^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/.test(local) || local.length > 64)
    throw invalidArgument(argument, 'must be an e-mail address such as ada@example.com or Ada <ada@example.com>');
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i.test(domain) || domain.length > 253)
    throw invalidArgument(argument, 'must be an e-mail address whose domain is a host name');
  const display = oneLine(name ?? '').trim();
  if (display === '') return angled === undefined ? `${local}@${domain}` : `<${local}@${domain}>`;
  const isPlain = /^[\x20-\x7e]*$/.test(display) && !display.includes('=?');
  return `${isPlain ? `"${display.replace(/[\\"]/g, '\\$&')}"` : encodedWords(display)} <${local}@${domain}>`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it takes out.
const controls = /[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g;
function oneLine(text: string): string {
  return text.replace(controls, ' ').toWellFormed();
}

/** Whole characters in each word (RFC 2047 section 5), one word a line. */
function encodedWords(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const char of text) {
    if (Buffer.byteLength(word + char) > wordBytes) {
      words.push(word);
      word = '';
    }
    word += char;
  }
  words.push(word);
  return words.map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join('\r\n ');
}

/** Breaks a long line before blanks; one without any stays whole. */
function fold(line: string): string {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > foldAt) {
    const place = rest.lastIndexOf(' ', foldAt);
    const at = place > rest.search(/[^ ]/) + 1 && !/^[\w-]+:$/.test(rest.slice(0, place)) ? place : -1;
    if (at === -1) break;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...lines, rest].join('\r\n');
}

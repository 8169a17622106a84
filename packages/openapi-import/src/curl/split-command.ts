import { importError } from '../import-error.ts';

/**
 * A command line as its words, by the rules of a POSIX shell: quotes, backslashes, lines that go on, and `$'…'`. Variables
 * and substitutions stay as they are written: nothing is run.
 * @throws importError `bad_curl`
 */
export function splitCommand(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let at = 0;
  const add = (piece: string) => {
    word = (word ?? '') + piece;
  };
  while (at < text.length) {
    const char = text[at] as string;
    if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
      at += 1;
    } else if (char === '\\') {
      // A backslash at the end of a line joins it with the next.
      const joined = /^\\\r?\n/.exec(text.slice(at, at + 3));
      if (joined === null) add(text[at + 1] ?? '');
      at += joined?.[0].length ?? 2;
    } else if (char === "'" || char === '"' || (char === '$' && text[at + 1] === "'")) {
      const quoted =
        char === '$' ? readAnsi(text, at + 2) : char === "'" ? readSingle(text, at + 1) : readDouble(text, at + 1);
      add(quoted.value);
      at = quoted.end;
    } else if (char === '#' && word === null) at = text.indexOf('\n', at) === -1 ? text.length : text.indexOf('\n', at);
    else if (/[|;&]/.test(char) && word === null) break;
    else {
      add(char);
      at += 1;
    }
  }
  if (word !== null) words.push(word);
  return words;
}

interface Quoted {
  readonly value: string;
  /** Behind the closing quote. */
  readonly end: number;
}

function readSingle(text: string, from: number): Quoted {
  const end = text.indexOf("'", from);
  if (end === -1) throw open("'");
  return { value: text.slice(from, end), end: end + 1 };
}

function readDouble(text: string, from: number): Quoted {
  let value = '';
  for (let at = from; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '"') return { value, end: at + 1 };
    if (char === '\\' && /["\\$`\n]/.test(text[at + 1] ?? '')) {
      at += 1;
      if (text[at] !== '\n') value += text[at];
    } else value += char;
  }
  throw open('"');
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '0': '\0',
  a: '\x07',
  v: '\v',
  e: '\x1b',
};

/** `$'…'`, which browsers write when they copy a request with line breaks in its body. */
function readAnsi(text: string, from: number): Quoted {
  let value = '';
  for (let at = from; at < text.length; at++) {
    const char = text[at] as string;
    if (char === "'") return { value, end: at + 1 };
    if (char !== '\\') value += char;
    else {
      const code = /^(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4}))/.exec(text.slice(at + 1, at + 6));
      if (code !== null) {
        value += String.fromCharCode(Number.parseInt((code[1] ?? code[2]) as string, 16));
        at += code[0].length;
      } else {
        const next = text[at + 1] ?? '';
        value += escapes[next] ?? next;
        at += 1;
      }
    }
  }
  throw open("$'");
}

function open(quote: string): Error {
  return importError('bad_curl', `The command has a ${quote} that is not closed. Was it copied whole?`);
}

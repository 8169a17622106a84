import type { Random } from './random.ts';

/** Characters that a class such as `\s` or a negated one is drawn from. */
const printable = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
const words = printable.filter((one) => /\w/.test(one));
const digits = printable.filter((one) => /\d/.test(one));

/**
 * A text that a regular expression takes, for the part of the language that schemas use: classes, groups, alternatives and
 * counts. Lookaheads are skipped, so that now and then a text is one that they refuse.
 */
export function stringOfPattern(pattern: string, random: Random): string {
  let at = 0;
  const peek = () => pattern[at];
  const take = () => pattern[at++] as string;

  function alternatives(): string {
    const texts = [sequence()];
    while (peek() === '|') {
      take();
      texts.push(sequence());
    }
    return random.pick(texts);
  }

  function sequence(): string {
    let text = '';
    while (at < pattern.length && peek() !== '|' && peek() !== ')') {
      const start = at;
      const first = atom();
      const { least, most, end } = count();
      let times = random.int(least, most) - 1;
      if (times < 0) continue;
      text += first;
      for (; times > 0; times--) {
        at = start;
        text += atom();
      }
      at = end;
    }
    return text;
  }

  function atom(): string {
    const character = take();
    if (character === '^' || character === '$') return '';
    if (character === '.') return random.pick(words);
    if (character === '\\') return escaped();
    if (character === '[') return oneOfClass();
    if (character !== '(') return character;
    const look = pattern.startsWith('?!', at) || pattern.startsWith('?=', at);
    if (pattern.startsWith('?', at)) at += 2;
    const inside = alternatives();
    take();
    return look ? '' : inside;
  }

  function escaped(): string {
    const character = take();
    if (character === 'd') return random.pick(digits);
    if (character === 'w') return random.pick(words);
    if (character === 's') return ' ';
    if (character === 'S') return random.pick(printable);
    return character;
  }

  function oneOfClass(): string {
    const members: string[] = [];
    const negated = peek() === '^' && take() === '^';
    while (peek() !== ']') {
      const from = take();
      if (from === '\\') {
        const escaped = take();
        if (escaped === 'd') members.push(...digits);
        else if (escaped === 'w') members.push(...words);
        else members.push(escaped === 's' ? ' ' : escaped);
      } else if (peek() === '-' && pattern[at + 1] !== ']') {
        take();
        const to = take();
        for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code++) members.push(String.fromCharCode(code));
      } else members.push(from);
    }
    take();
    return random.pick(negated ? printable.filter((one) => !members.includes(one)) : members);
  }

  function count(): { least: number; most: number; end: number } {
    const counted = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})/.exec(pattern.slice(at));
    if (counted === null) return { least: 1, most: 1, end: at };
    at += counted[0].length;
    const [, sign, least, comma, most] = counted;
    if (sign !== undefined) return { least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : 4, end: at };
    const from = Number(least);
    return { least: from, most: comma === undefined ? from : Math.min(Number(most || from + 8), from + 24), end: at };
  }

  return alternatives();
}

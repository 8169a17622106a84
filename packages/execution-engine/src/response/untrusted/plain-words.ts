/** A text as the words that a reader takes it for: small letters, without look-alikes, digits for letters, or letters set apart. */
export function plainWords(text: string): string[] {
  const words: string[] = [];
  let letters = '';
  const isAscii = ascii.test(text);
  const plain = isAscii ? withoutEntities(text) : withoutEntities(text).normalize('NFKC');
  for (const [token] of plain.matchAll(isAscii ? asciiToken : token_)) {
    const address = token.includes('@') && token.includes('.') ? '@address' : /^https?:/i.test(token) ? '@url' : null;
    const word = address ?? plainWord(token.toLowerCase());
    if (word.length === 1 && word >= 'a' && word <= 'z') {
      letters += word;
      continue;
    }
    pushLetters(words, letters);
    letters = '';
    words.push(word);
    if (words.length >= maxWords) break;
  }
  pushLetters(words, letters);
  return words;
}

/** What comes after so many words is not read: the texts of answers are cut long before. */
const maxWords = 100_000;
/** A word, an address or a URL. Every part is bounded, so that the search is linear. */
const token_ =
  /https?:[^\s<>"')\]]{1,300}|[\p{L}\p{N}_.+-]{1,64}@[\p{L}\p{N}.-]{1,100}|[\p{L}\p{N}\p{M}_'’$@]{1,64}/giu;

/** The same for texts of ASCII, which is most of them. */
const asciiToken = /https?:[^\s<>"')\]]{1,300}|[\w.+-]{1,64}@[\w.-]{1,100}|[\w'$@]{1,64}/gi;
const ascii = /^\p{ASCII}*$/u;

/** Letters one by one, as in `i g n o r e`, are a word; one or two of them are what they are. */
function pushLetters(words: string[], letters: string): void {
  if (letters.length === 0) return;
  if (letters.length < 4) words.push(...letters);
  else words.push(...splitLetters(letters));
}

/** Words that are looked for, found in letters that have lost their blanks. */
const known =
  /ignore|disregard|forget|override|all|any|the|previous|prior|above|earlier|your|instructions?|prompts?|rules|system|reveal|you|are|now/g;

function splitLetters(letters: string): string[] {
  return letters.match(known) ?? [letters];
}

function plainWord(word: string): string {
  let plain = word.replaceAll('’', "'");
  if (/[a-z]/.test(plain) && /[\u0370-\u052f]/.test(plain))
    plain = plain.replaceAll(/[\u0370-\u052f]/g, (one) => lookAlikes[one] ?? one);
  if (/[0134578$@]/.test(plain) && /[a-z]/.test(plain))
    plain = plain.replaceAll(/[0134578$@]/g, (one) => leet[one] as string);
  return plain;
}

const leet: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  8: 'b',
  $: 's',
  '@': 'a',
};

/** Small letters of Cyrillic and Greek that look like Latin ones. */
const lookAlikes: Readonly<Record<string, string>> = {
  а: 'a',
  в: 'b',
  с: 'c',
  ԁ: 'd',
  е: 'e',
  ё: 'e',
  һ: 'h',
  і: 'i',
  ї: 'i',
  ј: 'j',
  к: 'k',
  м: 'm',
  п: 'n',
  о: 'o',
  р: 'p',
  ѕ: 's',
  т: 't',
  у: 'y',
  х: 'x',
  ν: 'v',
  α: 'a',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  ι: 'i',
  ε: 'e',
  κ: 'k',
};

/** `&#105;` is a letter too. */
function withoutEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text
    .replaceAll(
      /&#(?:x([0-9a-f]{1,6})|(\d{1,7}));?/gi,
      (whole, hex: string | undefined, decimal: string | undefined) => {
        const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      },
    )
    .replaceAll(/&(?:nbsp|ensp|emsp|thinsp);/gi, ' ');
}

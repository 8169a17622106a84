/** A text as scanners read it: of the same length, so that offsets are those of the text itself. */
export interface View {
  /** Full-width characters, other digits, spaces and dashes are those of ASCII. */
  readonly text: string;
  readonly lower: string;
  /** What the field is called, in lower case. */
  readonly label: string;
}

export function viewOf(text: string, label = ''): View {
  const folded = text.replace(foldable, foldedOf);
  const lowered = folded.toLowerCase();
  // One letter in Unicode becomes longer in lower case; offsets count more than it does.
  return {
    text: folded,
    lower: lowered.length === folded.length ? lowered : lowerEach(folded),
    label: label.toLowerCase(),
  };
}

/** What is folded: other spaces, dashes, full-width characters, and digits of other alphabets. */
const foldable =
  /[\u00a0\u2000-\u200b\u2010-\u2015\u202f\u2212\u3000\uff01-\uff5e\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef]/g;

/** First digits of the decimal alphabets that people write numbers with: Arabic, Persian, Devanagari, Bengali. */
const zeros = [0x660, 0x6f0, 0x966, 0x9e6];

function foldedOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  if (code === 0xa0 || code === 0x202f || code === 0x3000 || (code >= 0x2000 && code <= 0x200b)) return ' ';
  if ((code >= 0x2010 && code <= 0x2015) || code === 0x2212) return '-';
  const zero = zeros.find((first) => code >= first && code < first + 10);
  return zero === undefined ? character : String(code - zero);
}

const lowerEach = (text: string) =>
  Array.from({ length: text.length }, (_, index) => {
    const lower = (text[index] as string).toLowerCase();
    return lower.length === 1 ? lower : text[index];
  }).join('');

const isDigitCode = (code: number) => code >= 48 && code <= 57;

export const isDigit = (text: string, at: number) => isDigitCode(text.charCodeAt(at));

/** ASCII letters, digits, `_`, and every letter beyond ASCII as far as it matters for where a word ends. */
export function isWord(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return isDigitCode(code) || (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code >= 0xc0;
}

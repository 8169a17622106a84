/** What was taken out of a text, or stands in it and would not be seen. */
export interface VisibleText {
  /** Without control characters, and without those that a person does not see. */
  readonly text: string;
  readonly invisible: boolean;
  readonly control: boolean;
  /** What was written in characters that nobody sees, as Latin letters; empty for most. */
  readonly hidden: string;
}

/** Whether there may be anything to take out. One look, linear; most texts have nothing. */
const removable = /[^\P{Cc}\t\n\r]|[\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\ufff9-\ufffb]/u;
const ignorable = /^[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]$/u;
/** ANSI sequences go whole: without their first character the rest would be noise. */
const ansi = new RegExp(`${String.fromCharCode(27)}\\[[0-?]{0,64}[ -/]{0,8}[@-~]`, 'g');
/** Flags of regions such as Scotland's are spelt in tag characters. */
const regionFlag = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{1,7}\u{e007f}/gu;

/** Whether `visibleText` may change the text. */
export function hasUnseen(text: string): boolean {
  return removable.test(text) || !text.isWellFormed();
}

/** Takes out what nobody sees. Joiners stay where scripts and emoji need them: between two characters beyond ASCII. */
export function visibleText(text: string): VisibleText {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  if (!removable.test(whole)) return { text: whole, invisible: false, control: false, hidden: '' };
  const flags = keepFlags(whole);
  let [out, hidden] = ['', ''];
  let [invisible, control] = [false, false];
  let previous = 0;
  const source = whole.includes('\u001b') ? whole.replaceAll(ansi, '') : whole;
  control ||= source !== whole;
  for (let at = 0; at < source.length; ) {
    const code = source.codePointAt(at) as number;
    const size = code > 0xffff ? 2 : 1;
    const kind =
      flags.has(code) && isInFlag(source, at) ? 'shown' : kindOf(code, previous, source.codePointAt(at + size) ?? 0);
    if (kind === 'shown') {
      out += source.slice(at, at + size);
      previous = code;
    } else if (kind === 'line') out += '\n';
    else if (kind === 'control') control = true;
    else {
      // A mark of direction, a soft hyphen or a byte order mark is what ordinary software leaves behind.
      if (kind === 'invisible') invisible = true;
      if (code >= 0xe0020 && code <= 0xe007e) hidden += String.fromCharCode(code - 0xe0000);
      else if (code >= 0xe0100 && code <= 0xe01ef) hidden += String.fromCharCode(code - 0xe0100 + 16);
    }
    at += size;
  }
  return { text: out, invisible, control, hidden };
}

type Kind = 'shown' | 'line' | 'control' | 'invisible' | 'harmless';

function kindOf(code: number, before: number, after: number): Kind {
  if (code < 0x20) return code === 9 || code === 10 || code === 13 ? 'shown' : 'control';
  if (code < 0x7f) return 'shown';
  if (code <= 0x9f) return 'control';
  // ZWNJ and ZWJ shape scripts and put emoji together; between ASCII letters they only hide.
  if (code === 0x200c || code === 0x200d) return before > 0x24f && after > 0x24f ? 'shown' : 'invisible';
  // A selector gives the character before it a look.
  if (code >= 0xfe00 && code <= 0xfe0f)
    return before > 0x7f || isKeycap(before)
      ? before >= 0xfe00 && before <= 0xfe0f
        ? 'invisible'
        : 'shown'
      : 'invisible';
  if (code === 0x00ad || code === 0x200e || code === 0x200f || code === 0x061c || code === 0xfeff) return 'harmless';
  if (code === 0x2028 || code === 0x2029) return 'line';
  // Isolates and embeddings set a foreign name right; overrides turn what is read into what is not written.
  if (code >= 0x2066 && code <= 0x2069) return 'harmless';
  if (code === 0x202a || code === 0x202b || code === 0x202c) return 'harmless';
  // Mongolian letters take selectors of their own.
  if (code >= 0x180b && code <= 0x180f && before >= 0x1800 && before <= 0x18af) return 'shown';
  return ignorable.test(String.fromCodePoint(code)) ? 'invisible' : 'shown';
}

function isKeycap(code: number): boolean {
  return code === 0x23 || code === 0x2a || (code >= 0x30 && code <= 0x39);
}

const none: ReadonlySet<number> = new Set();

/** Code points that stand in flags of regions here; empty for nearly every text. */
function keepFlags(text: string): ReadonlySet<number> {
  if (!text.includes('\u{1f3f4}')) return none;
  const kept = new Set<number>();
  for (const [flag] of text.matchAll(regionFlag))
    for (const character of flag) kept.add(character.codePointAt(0) as number);
  kept.delete(0x1f3f4);
  return kept;
}

/** Whether a tag character belongs to a flag: at most eight of them before it, and the flag before those. */
function isInFlag(text: string, at: number): boolean {
  for (let back = at; back >= 0 && back >= at - 16; back -= 2) {
    const code = text.codePointAt(back) as number;
    if (code === 0x1f3f4) return true;
    if (code < 0xe0020 || code > 0xe007f) return false;
  }
  return false;
}

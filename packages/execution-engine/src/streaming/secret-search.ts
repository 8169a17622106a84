/** A run of characters, from `start` up to but not including `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where the forms of a secret stand in the text, in order; a longer form wins over one inside it. */
export function findSecrets(text: string, forms: readonly string[]): Range[] {
  const found: Range[] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + form.length)) {
      const range = { start: at, end: at + form.length };
      if (!found.some(({ start, end }) => range.start < end && start < range.end)) found.push(range);
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** Where the end of the text may be the beginning of a secret that goes on; the text's length when it is not. */
export function openSecretAt(text: string, forms: readonly string[], from: number): number {
  let earliest = text.length;
  for (const form of forms) {
    const head = form[0] as string;
    let at = text.indexOf(head, Math.max(from, text.length - form.length + 1));
    for (; at !== -1 && at < earliest; at = text.indexOf(head, at + 1)) {
      if (form.startsWith(text.slice(at))) earliest = at;
    }
  }
  return earliest;
}

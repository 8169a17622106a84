/** A vendor's words as plain text: no HTML, no Markdown, one line. */
export function plainText(text: string | undefined): string {
  if (typeof text !== 'string') return '';
  return text
    .replace(/<(?:br|\/p|\/li|p|li)[^>]{0,200}>/gi, ' ')
    .replace(/<\/?[a-z][^>]{0,300}>/gi, '')
    .replace(/!?\[([^\]]{0,300})\]\([^)]{0,600}\)/g, '$1')
    .replace(/```[\s\S]*?```/g, ' ')
    .replace(/[`*]{1,3}|^#{1,6}\s/gm, '')
    .replace(/&(?:nbsp|#160);/g, ' ')
    .replace(/&quot;|&#34;/g, '"')
    .replace(/&#39;|&apos;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The text cut to a length: after a sentence where one ends soon enough, else after a word. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length);
  const sentence = Math.max(cut.lastIndexOf('. '), cut.lastIndexOf('! '), cut.lastIndexOf('? '));
  if (sentence > length / 3) return cut.slice(0, sentence + 1);
  const word = cut.lastIndexOf(' ');
  return `${cut.slice(0, word > length / 3 ? Math.min(word, length - 1) : length - 1).replace(/[\s,;:.([-]+$/, '')}…`;
}

/** The words of a name: `PaymentIntentsPost`, `list-users`, `$top` and `xero-tenant-id` alike, in lower case. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

/** A name for models: lower case, digits, `_`, beginning with a letter, at most `length` characters. */
export function snakeName(name: string, length = 40): string {
  const words = wordsOf(name).join('_');
  const begun = /^[a-z]/.test(words) ? words : `n_${words}`;
  return begun.slice(0, length).replace(/_+$/, '') || 'n';
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

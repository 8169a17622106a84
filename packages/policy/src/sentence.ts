/** Longest sentence, and longest value in one, in characters. */
const longest = { sentence: 400, value: 80 };

/** `{argument}` or `{customer.name}` gives way to its value; to nothing where there is none, or where it is no single one. */
export function sentenceOf(template: string, args: Readonly<Record<string, unknown>>): string {
  const text = template.replace(/\{([A-Za-z_][\w.-]*)\}/g, (_whole, path: string) => {
    const value = path.split('.').reduce<unknown>((inside, part) => memberOf(inside, part), args);
    return typeof value === 'object' || value === undefined ? '' : plain(String(value)).slice(0, longest.value);
  });
  return text.slice(0, longest.sentence);
}

function memberOf(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** On one line, without what a screen or a voice would not render as text. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}

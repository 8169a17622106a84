/**
 * Whether an event's type is one of those that a pattern means. `*` stands for any run of characters, dots included;
 * everything else for itself. Time is linear in the type for each `*`, whatever the pattern: it is a tenant's own.
 */
export function typeMatches(pattern: string, type: string): boolean {
  const pieces = pattern.split('*');
  const [first = ''] = pieces;
  if (pieces.length === 1) return pattern === type;
  const last = pieces.at(-1) as string;
  if (!type.startsWith(first) || !type.endsWith(last)) return false;
  const end = type.length - last.length;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = type.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return at <= end;
}

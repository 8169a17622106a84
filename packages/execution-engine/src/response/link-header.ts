/** One link-value (RFC 8288 section 3): `<target>` and its parameters, quoted or not. */
const linkValue = /\s*<([^>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)\s*(?:,|$)/y;
const parameter = /;\s*([\w!#$&+.^`|~*-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/g;
const maxLength = 8_192;

/** The target of the first link with this relation, or `null`. What cannot be read ends the search. */
export function linkTarget(header: string | string[] | undefined, relation: string): string | null {
  const text = Array.isArray(header) ? header.join(', ') : (header ?? '');
  if (text.length > maxLength) return null;
  linkValue.lastIndex = 0;
  for (let match = linkValue.exec(text); match !== null; match = linkValue.exec(text)) {
    // The first `rel` counts (section 3.3); it holds one or more relations, case aside.
    const rel = [...(match[2] as string).matchAll(parameter)].find(([, name]) => name?.toLowerCase() === 'rel');
    const relations = (rel?.[2] ?? rel?.[3] ?? '').toLowerCase().split(/\s+/);
    if (relations.includes(relation)) return match[1] as string;
    if (linkValue.lastIndex >= text.length) return null;
  }
  return null;
}

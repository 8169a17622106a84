/** A `{name}` or `{name|filter}` in a URL, header or template, and whether it stands between single quotes. */
export interface Placeholder {
  readonly name: string;
  readonly filter: string | undefined;
  readonly quoted: boolean;
}

export interface ParsedTemplate {
  readonly placeholders: readonly Placeholder[];
  /** Set when the braces do not make sense; the placeholders are then incomplete. */
  readonly problem?: string;
}

/** Filters of `x-template`; their meaning is in the contract of `Parameter`. */
export const templateFilters: ReadonlySet<string> = new Set([
  'soql',
  'soql_like',
  'jql',
  'odata',
  'utc',
  'unix',
  'unix_ms',
  'byte_length',
  'json',
  'url',
  'base64',
  'base64url',
  'line',
]);

const token = /\{\{|\}\}|\{([^{}]*)\}|[{}]|'|\\./gs;
const inner = /^([A-Za-z_][A-Za-z0-9_.-]*)(?:\|([a-z_]+))?$/;

/** Reads a template. `{{` and `}}` are literal braces; a backslash keeps a quote from counting. */
export function parseTemplate(text: string): ParsedTemplate {
  const placeholders: Placeholder[] = [];
  let quoted = false;
  for (const match of text.matchAll(token)) {
    const [whole, body] = match;
    if (whole === "'") quoted = !quoted;
    else if (whole === '{' || whole === '}') return { placeholders, problem: `a '${whole}' without its partner` };
    else if (body !== undefined) {
      const parts = inner.exec(body);
      if (parts === null)
        return { placeholders, problem: `'{${body}}' is not a placeholder such as {name} or {name|filter}` };
      placeholders.push({ name: parts[1] as string, filter: parts[2], quoted });
    }
  }
  return { placeholders };
}

/** The plain names in a URL, path or header value, where filters are not allowed. */
export function parsePlain(text: string): ParsedTemplate {
  const parsed = parseTemplate(text);
  const filtered = parsed.placeholders.find((placeholder) => placeholder.filter !== undefined);
  if (parsed.problem !== undefined || filtered === undefined) return parsed;
  return { ...parsed, problem: `a filter ('|${filtered.filter}') works only in x-template` };
}

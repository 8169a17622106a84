import { escapeRegExp, patternOfVariable, placeholder, type Variables } from './host-pattern.ts';

export interface PathPattern {
  readonly template: string;
  /** Set when the template has no placeholder. */
  readonly exact: string | null;
  /** A group `p0`, `p1`… for each placeholder, in order of `names`. */
  readonly expression: RegExp;
  readonly names: readonly string[];
}

/**
 * A path template as it must arrive: literal text as written, `{name}` one percent-encoded piece without a slash.
 * A name among `variables` must match that variable's pattern.
 */
export function pathPattern(template: string, variables: Variables): PathPattern {
  const names: string[] = [];
  let source = '';
  let at = 0;
  for (const match of template.matchAll(placeholder)) {
    const name = match[1] as string;
    const group = `?<p${names.push(name) - 1}>`;
    source += `${escapeRegExp(template.slice(at, match.index))}(${group}${Object.hasOwn(variables, name) ? patternOfVariable(name, variables) : '[^/]+'})`;
    at = match.index + match[0].length;
  }
  source += escapeRegExp(template.slice(at));
  return { template, exact: names.length === 0 ? template : null, expression: new RegExp(`^${source}$`), names };
}

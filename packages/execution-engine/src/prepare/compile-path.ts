import type { PathPart, PathPlan } from '../request/path.ts';
import type { PathStyle } from '../request/path-style.ts';
import type { NameScope } from './name-scope.ts';
import type { Placed } from './place-parameters.ts';
import type { Report } from './report.ts';

const placeholder = /\{([^{}]*)\}/g;

/** Names between braces in a path template. */
export function pathNamesOf(path: string): ReadonlySet<string> {
  return new Set([...path.matchAll(placeholder)].map((match) => match[1] as string));
}

/** Compiles a path template. A name is a path parameter, else an argument of the tool or a connection variable. */
export function compilePath(
  path: string,
  placed: readonly Placed[],
  scope: NameScope,
  report: Report,
  at: string,
): PathPlan {
  const plan: (string | PathPart)[] = [];
  let last = 0;
  for (const match of path.matchAll(placeholder)) {
    const name = match[1] as string;
    if (match.index > last) plan.push(path.slice(last, match.index));
    last = match.index + match[0].length;
    const own = placed.find((item) => item.location === 'path' && item.name === name);
    const source = own?.source ?? scope.lookup(name, true);
    if (source === null) report(at, `holds {${name}}, which is neither a parameter nor a variable`);
    else plan.push({ argument: own?.name ?? name, source, style: own === undefined ? null : styleOf(own) });
  }
  if (last < path.length || plan.length === 0) plan.push(path.slice(last));
  const literals = path.replace(placeholder, 'x');
  if (/[{}\\]/.test(literals)) report(at, 'holds a stray brace or a backslash');
  if (/(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(literals)) report(at, "holds a '.' or '..' segment");
  return plan;
}

function styleOf({ name, parameter }: Placed): PathStyle | null {
  const { 'x-path-style': style, 'x-explode': explode } = parameter;
  if (style === undefined && explode === undefined) return null;
  return { style: style ?? 'simple', explode: explode === true, name: encodeURIComponent(name) };
}

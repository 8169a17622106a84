import { type ApiSpec, isNode, type Node, nodesOf, resolve } from './api-spec.ts';
import { literal, pathBelow, serversOf } from './servers.ts';

/** An operation that a request is of. */
export interface Operation {
  /** `POST /v1/refunds`, as the document writes it. */
  readonly name: string;
  readonly node: Node;
  /** Of the path and of the operation, the operation's before the path's. */
  readonly parameters: readonly Node[];
  /** Values of the path's parameters, decoded. */
  readonly pathValues: ReadonlyMap<string, string>;
  /** Whether the path is known no nearer than by a parameter that stands for several segments. */
  readonly vague: boolean;
}

/** Why there is none: no server of the document is at that address, it has no such path, or not with that method. */
export type NoOperation = 'server' | 'path' | 'method';

/** Finds the operation by method and URL. Of several paths that fit, the one with most text of its own is meant. */
export function findOperation(spec: ApiSpec, method: string, url: string): Operation | NoOperation {
  const address = url.split(/[?#]/, 1)[0] ?? '';
  const below = new Map<string, string | null>();
  const rest = (server: string): string | null => {
    if (!below.has(server)) below.set(server, aliased(spec, pathBelow(server, address)));
    return below.get(server) ?? null;
  };
  let nearest: NoOperation = 'server';
  for (const entry of pathsOf(spec)) {
    const node = resolve(spec.root, entry.item[method.toLowerCase()]);
    const rests = serversOf(spec, node, entry.item).map(rest);
    if (nearest === 'server' && rests.some((text) => text !== null)) nearest = 'path';
    const groups = rests
      .map((text) => (text === null ? null : entry.pattern.exec(text === '' ? '/' : text)))
      .find((match) => match !== null);
    if (groups === undefined || groups === null) continue;
    if (!isNode(entry.item[method.toLowerCase()])) {
      nearest = 'method';
      continue;
    }
    const values = entry.names.map((name, index) => [name, decode(groups[index + 1] ?? '')] as const);
    return {
      name: `${method} ${entry.template}`,
      node,
      parameters: merged(nodesOf(spec.root, node['parameters']), nodesOf(spec.root, entry.item['parameters'])),
      pathValues: new Map(values),
      vague: values.some(([, value]) => value.includes('/')) && spec.slashesInPath,
    };
  }
  return nearest;
}

function aliased({ pathAliases }: ApiSpec, path: string | null): string | null {
  const alias = Object.keys(pathAliases).find((start) => path?.startsWith(start) === true);
  return path === null || alias === undefined ? path : `${pathAliases[alias]}${path.slice(alias.length)}`;
}

interface PathEntry {
  readonly template: string;
  readonly item: Node;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

const compiled = new WeakMap<Node, readonly PathEntry[]>();

/** Every path of the document, those with most text of their own first. */
function pathsOf(spec: ApiSpec): readonly PathEntry[] {
  const known = compiled.get(spec.root);
  if (known !== undefined) return known;
  const paths = isNode(spec.root['paths']) ? spec.root['paths'] : {};
  const entries = Object.keys(paths)
    .map((template) => ({
      template,
      item: resolve(spec.root, paths[template]),
      ...patternOf(template, spec.slashesInPath),
    }))
    .sort((a, b) => ownText(b.template) - ownText(a.template));
  compiled.set(spec.root, entries);
  return entries;
}

function ownText(template: string): number {
  return template.replace(/\{[^{}]*\}/g, '').length;
}

function patternOf(template: string, slashes: boolean): { pattern: RegExp; names: string[] } {
  const names = [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
  const text = template
    .split(/\{[^{}]*\}/)
    .map(literal)
    .join(slashes ? '(.+?)' : '([^/]+)')
    // OData lets a call leave the namespace of an action out (Part 2, 4.5.1); Graph's paths are written with it.
    .replaceAll('microsoft\\.graph\\.', '(?:microsoft\\.graph\\.)?');
  return { pattern: new RegExp(`^${text}$`), names };
}

function merged(own: readonly Node[], shared: readonly Node[]): Node[] {
  const given = new Set(own.map((one) => `${one['in']} ${one['name']}`));
  return [...own, ...shared.filter((one) => !given.has(`${one['in']} ${one['name']}`))];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

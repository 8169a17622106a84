import { type ApiSpec, isNode, type Node } from './api-spec.ts';

/** Base URLs of an operation: the nearest of those that it, its path and the document name. */
export function serversOf(spec: ApiSpec, operation: Node, path: Node): readonly string[] {
  return spec.servers ?? ownServers(operation) ?? ownServers(path) ?? serversOfAll(spec.root);
}

const known = new WeakMap<Node, readonly string[]>();

/** Asked for each of thousands of paths, so it is worked out once. */
function serversOfAll(root: Node): readonly string[] {
  const found = known.get(root) ?? ownServers(root) ?? [];
  known.set(root, found);
  return found;
}

function ownServers(node: Node): string[] | null {
  if (!Array.isArray(node['servers']) || node['servers'].length === 0) return null;
  return node['servers'].filter(isNode).map(({ url, variables }) => withDefaults(String(url), variables));
}

/** A variable that holds a part of the path stands with its default; any other may be anything. */
function withDefaults(url: string, variables: unknown): string {
  return url.replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    const variable = isNode(variables) ? variables[name] : undefined;
    const text = isNode(variable) ? String(variable['default'] ?? '') : '';
    return text.includes('/') ? text : whole;
  });
}

/** What follows a server's base in an address; null where the address is not below it. */
export function pathBelow(server: string, address: string): string | null {
  const base = server.replace(/\/$/, '').split(/\{[^{}]*\}/);
  const match = new RegExp(`^${base.map(literal).join('[^/]+?')}(/.*|)$`).exec(address);
  return match === null ? null : (match[1] ?? '');
}

export function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

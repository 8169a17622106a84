/** A JSON object of an OpenAPI document; its shape is the vendor's word only. */
export type Node = Readonly<Record<string, unknown>>;

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An OpenAPI 3.x document as far as requests are held against it. */
export interface ApiSpec {
  readonly root: Node;
  /** Base URLs in place of its own, `{name}` being any text without `/`; null for those that it names itself. */
  readonly servers: readonly string[] | null;
  /** Whether a parameter of the path may stand for several of its segments. */
  readonly slashesInPath: boolean;
  /** Beginnings of paths as a tool writes them, and as the document does. */
  readonly pathAliases: Readonly<Record<string, string>>;
  /** Parameters that carry the credential, by the table's word. */
  readonly credentialNames: readonly string[];
  /** Types of bodies that the vendor takes besides those it describes. */
  readonly mediaTypes: readonly string[];
}

/** Follows `$ref`s within the document, one after another, never into what is found. An unknown one gives `{}`. */
export function resolve(root: Node, value: unknown): Node {
  let node = value;
  for (let hops = 0; isNode(node) && typeof node['$ref'] === 'string'; hops++) {
    if (hops === 20) return {};
    node = at(root, node['$ref']);
  }
  return isNode(node) ? node : {};
}

function at(root: Node, reference: string): unknown {
  if (!reference.startsWith('#/')) return {};
  let node: unknown = root;
  for (const part of reference.slice(2).split('/')) {
    if (node === null || typeof node !== 'object') return {};
    node = (node as Node)[decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return node;
}

/** Objects of a list, whatever else it holds. */
export function nodesOf(root: Node, list: unknown): Node[] {
  return Array.isArray(list) ? list.map((item) => resolve(root, item)) : [];
}

/**
 * What OData's `@odata.type` of a value names, where the document has it: a value may be of a type derived from the one that
 * is asked for, with fields of its own.
 */
export function derivedType(root: Node, value: unknown): Node | null {
  const name = isNode(value) ? value['@odata.type'] : undefined;
  if (typeof name !== 'string' || !name.startsWith('#')) return null;
  const components = isNode(root['components']) ? root['components'] : {};
  const schemas = isNode(components['schemas']) ? components['schemas'] : {};
  const found = schemas[name.slice(1)];
  return isNode(found) ? found : null;
}

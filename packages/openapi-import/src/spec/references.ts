import type { ApiDescription } from './types.ts';

/** Follows `$ref` one step at a time; nothing is ever put in its place for good. */
export interface References {
  /** What a node stands for: itself, or what its reference leads to. `undefined` where that is nowhere. */
  resolve<Node extends { readonly $ref?: string }>(node: Node | undefined): Node | undefined;
  /** References that led nowhere so far, such as those to other files. */
  missing(): readonly string[];
}

/** References into the description itself. Those to other files lead nowhere. */
export function referencesOf(description: ApiDescription): References {
  const missing = new Set<string>();
  return {
    missing: () => [...missing],
    resolve(node) {
      let current = node;
      // A chain that is longer than this leads in a circle.
      for (let hop = 0; hop < 32; hop++) {
        const reference = current?.$ref;
        if (current === undefined || current === null || typeof reference !== 'string') return current ?? undefined;
        const target = at(description, reference) as typeof node;
        if (target === undefined) {
          missing.add(reference);
          return undefined;
        }
        current = { ...target, ...wordsBeside(current) } as typeof node;
      }
      return undefined;
    },
  };
}

const words = new Set([
  'title',
  'summary',
  'description',
  'deprecated',
  'default',
  'example',
  'examples',
  'readOnly',
  'writeOnly',
]);

/**
 * What stands beside a reference and is closer to its use. Before 3.1 nothing beside one counted, and what vendors left there
 * of types is often wrong.
 */
function wordsBeside(node: object): object {
  return Object.fromEntries(Object.entries(node).filter(([key]) => words.has(key)));
}

function at(root: unknown, reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined;
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((value, part) => {
      if (value === null || typeof value !== 'object') return undefined;
      const key = decode(part);
      return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
    }, root);
}

/** RFC 6901, in the fragment of a URI. */
function decode(part: string): string {
  let text = part;
  try {
    text = decodeURIComponent(part);
  } catch {
    // A name with a bare per cent sign.
  }
  return text.replaceAll('~1', '/').replaceAll('~0', '~');
}

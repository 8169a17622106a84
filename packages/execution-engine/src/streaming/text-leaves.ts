/** A text somewhere inside an item. */
export interface TextLeaf {
  /** Where, the same in every item. */
  readonly path: string;
  read(): string;
  replace(text: string): void;
}

/** Holds an item, so that an item which is itself a text can be replaced too. */
export interface ItemBox {
  value: unknown;
}

/** Every text of an item, keys left aside. */
export function textLeaves(box: ItemBox): TextLeaf[] {
  const leaves: TextLeaf[] = [];
  collect(box as unknown as Record<string, unknown>, 'value', '', leaves);
  return leaves;
}

function collect(parent: Record<string, unknown>, key: string, path: string, leaves: TextLeaf[]): void {
  const value = parent[key];
  if (typeof value === 'string') {
    leaves.push({
      path,
      read: () => parent[key] as string,
      replace: (text) => {
        parent[key] = text;
      },
    });
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  // Places in a list are one path: what streams through a list's elements is one text too.
  for (const name of Object.keys(value))
    collect(value as Record<string, unknown>, name, Array.isArray(value) ? `${path}[]` : `${path}.${name}`, leaves);
}

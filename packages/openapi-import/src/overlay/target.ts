/** A step of a path: a key, a place in a list, or everything there is (`null`). */
export type Step = string | number | null;

const step = /\.([A-Za-z_$@][\w$@-]*)|\.(\*)|\[(\d+)\]|\[\*\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/y;

/**
 * The steps of a JSONPath (RFC 9535) of names, places and wildcards alone: `$.tools.find_contact.speech`,
 * `$.tools.*.response`, `$.tools['a.b'].examples[0]`. `undefined` when it is another expression.
 */
export function parseTarget(target: string): Step[] | undefined {
  if (!target.startsWith('$')) return undefined;
  const steps: Step[] = [];
  step.lastIndex = 1;
  while (step.lastIndex < target.length) {
    const match = step.exec(target);
    if (match === null) return undefined;
    const [whole, name, , place, single, double] = match;
    const quoted = single ?? double;
    if (name !== undefined) steps.push(name);
    else if (place !== undefined) steps.push(Number(place));
    else if (quoted !== undefined) steps.push(quoted.replace(/\\(.)/g, '$1'));
    else steps.push(whole.includes('*') ? null : whole);
  }
  return steps;
}

/** The path of a place, as `parseTarget` reads it. */
export function renderTarget(path: readonly (string | number)[]): string {
  const parts = path.map((part) => {
    if (typeof part === 'number') return `[${part}]`;
    return /^[A-Za-z_][\w-]*$/.test(part) ? `.${part}` : `['${part.replace(/['\\]/g, '\\$&')}']`;
  });
  return `$${parts.join('')}`;
}

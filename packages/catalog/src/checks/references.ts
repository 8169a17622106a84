import { type Finding, finding } from '../finding.ts';

/**
 * Every `$ref` of a schema: local, pointing at something, and never back into what it stands in. Recursion has no place in
 * arguments: model APIs refuse it, and a reference to itself alone would never end.
 */
export function checkReferences(root: object, path: readonly PropertyKey[]): Finding[] {
  const findings: Finding[] = [];
  const open = new Set<object>();
  const done = new Set<object>();

  const visit = (value: unknown, at: readonly PropertyKey[]): void => {
    if (value === null || typeof value !== 'object' || done.has(value)) return;
    open.add(value);
    for (const [key, child] of Object.entries(value)) {
      const childPath = [...at, Array.isArray(value) ? Number(key) : key];
      if (key === '$ref' && typeof child === 'string') follow(child, childPath);
      else visit(child, childPath);
    }
    open.delete(value);
    done.add(value);
  };

  const follow = (reference: string, at: readonly PropertyKey[]): void => {
    const target = reference.startsWith('#') ? targetOf(root, reference.slice(1)) : undefined;
    if (!reference.startsWith('#'))
      findings.push(finding(at, "a $ref may only point into the same schema, beginning with '#'"));
    else if (target === undefined) findings.push(finding(at, `'${reference}' points at nothing in this schema`));
    else if (open.has(target)) findings.push(finding(at, 'a schema may not refer back to itself'));
    else visit(target, at);
  };

  visit(root, path);
  return findings;
}

function targetOf(root: object, pointer: string): object | undefined {
  if (pointer !== '' && !pointer.startsWith('/')) return undefined;
  let value: unknown = root;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value !== null && typeof value === 'object' ? value : undefined;
}

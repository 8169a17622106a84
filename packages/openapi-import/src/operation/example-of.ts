import type { References } from '../spec/references.ts';
import type { ApiParameter, MediaType } from '../spec/types.ts';

/** The first example that a parameter, body or answer gives of itself. */
export function exampleOf(node: ApiParameter | MediaType | undefined, references: References): unknown {
  if (node === undefined) return undefined;
  if (node.example !== undefined) return node.example;
  for (const raw of Object.values(node.examples ?? {})) {
    const value = references.resolve(raw)?.value;
    if (value !== undefined) return asData(value);
  }
  return undefined;
}

/** Examples of JSON are at times written as its text. */
function asData(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

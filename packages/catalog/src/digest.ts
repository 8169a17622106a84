import { createHash } from 'node:crypto';
import type { IntegrationDocument } from '@patchbay/contracts';

/** JSON with every object's keys in code-unit order and no white space, so that equal documents give equal text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, child: unknown) => {
    if (child === null || typeof child !== 'object' || Array.isArray(child)) return child;
    return Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** SHA-256 of the canonical document, 64 hexadecimal characters. The order of keys in the source does not matter. */
export function digestOf(document: IntegrationDocument): string {
  return createHash('sha256').update(canonicalJson(document)).digest('hex');
}

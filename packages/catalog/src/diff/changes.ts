import type { DocumentChange } from '@patchbay/contracts';

export const breaking = (path: string, message: string): DocumentChange => ({ path, breaking: true, message });
export const compatible = (path: string, message: string): DocumentChange => ({ path, breaking: false, message });

/** Whether two values are the same as JSON, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, child: unknown) =>
    child === null || typeof child !== 'object' || Array.isArray(child)
      ? child
      : Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
}

/** A value as it stands in a message. */
export function told(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

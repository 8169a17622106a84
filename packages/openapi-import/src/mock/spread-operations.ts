import { type ListedOperation, listOperations } from '../spec/list-operations.ts';
import { referencesOf } from '../spec/references.ts';
import type { ApiDescription } from '../spec/types.ts';

/** So many of a description's operations, from its beginning to its end; those that the vendor has given up are passed over. */
export function spreadOperations(description: ApiDescription, count: number): ListedOperation[] {
  const alive = listOperations(description, referencesOf(description)).filter(
    ({ operation }) => operation.deprecated !== true,
  );
  const step = Math.max(1, alive.length / count);
  const places = Array.from({ length: Math.min(count, alive.length) }, (_, index) => Math.floor(index * step));
  return places.map((place) => alive[place] as ListedOperation);
}

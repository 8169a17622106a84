import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Queries that are known by the SHA-256 of their text, hexadecimal. */
export class PersistedQueries {
  readonly #byHash: ReadonlyMap<string, string>;
  /** Whether others are taken too. */
  readonly only: boolean;

  constructor(queries: readonly string[], only: boolean) {
    this.#byHash = new Map(queries.map((query) => [hashOfQuery(query), query]));
    this.only = only;
  }

  find(hash: string): string | null {
    return this.#byHash.get(hash) ?? null;
  }

  allows(query: string): boolean {
    return !this.only || this.#byHash.has(hashOfQuery(query));
  }
}

export function hashOfQuery(query: string): string {
  return createHash('sha256').update(query).digest('hex');
}

/** The allow-list of a file, a JSON array of queries; without a file every query is taken. @throws Error for another file. */
export function readPersistedQueries(file: string | null): PersistedQueries {
  if (file === null) return new PersistedQueries([], false);
  const queries: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(queries) || !queries.every((one) => typeof one === 'string'))
    throw new Error(`${file} must hold a JSON array of queries`);
  return new PersistedQueries(queries, true);
}

import { wordsOf } from '../schema/plain-text.ts';
import type { ListedOperation } from '../spec/list-operations.ts';

export interface Effect {
  readonly risk: 'read' | 'write' | 'destructive';
  readonly idempotency: 'none' | 'natural';
  readonly confirm: 'always' | 'policy' | undefined;
  /** Said where words weighed more than the method. */
  readonly note: string | null;
}

const reading = new Set(
  'search query find list lookup count filter get fetch read retrieve check validate preview estimate calculate browse show'.split(
    ' ',
  ),
);
const destroying = new Set(
  'delete remove destroy purge revoke erase wipe void cancel terminate uninstall drop close archive deactivate kick disable'.split(
    ' ',
  ),
);
const acting = new Set(
  'delete remove revoke send create update set add logout disconnect start stop cancel archive enable disable invite kick open close rename join leave'.split(
    ' ',
  ),
);

/** What an operation does to the world, by its method and by its words; the more careful of two readings counts. */
export function effectOf({ id, method, path, operation }: ListedOperation): Effect {
  const last = path.split('/').findLast((part) => part !== '' && !part.startsWith('{')) ?? '';
  const idWords = wordsOf(id).filter(
    (word) => !['get', 'post', 'put', 'patch', 'delete'].includes(word) || !/^(get|post|put|patch|delete)_/.test(id),
  );
  const verbs = [
    idWords[0],
    idWords.at(-1),
    ...wordsOf(last).slice(0, 1),
    ...wordsOf(last).slice(-1),
    ...wordsOf(operation.summary ?? '').slice(0, 1),
  ]
    .filter((word) => word !== undefined)
    .map(stem);
  if (method === 'DELETE') return { risk: 'destructive', idempotency: 'natural', confirm: 'always', note: null };
  if (method === 'GET' || method === 'HEAD') {
    const acts = [...wordsOf(last).slice(-1), ...(/^(?:get|list|read|retrieve)/i.test(id) ? [] : idWords.slice(-1))]
      .map(stem)
      .find((word) => acting.has(word));
    if (acts === undefined) return { risk: 'read', idempotency: 'natural', confirm: undefined, note: null };
    const risk = destroying.has(acts) ? 'destructive' : 'write';
    return {
      risk,
      idempotency: 'none',
      confirm: risk === 'write' ? 'policy' : 'always',
      note: `${method}, yet it is named '${acts}': taken for a ${risk}`,
    };
  }
  const destroys = verbs.find((word) => destroying.has(word));
  if (destroys !== undefined)
    return {
      risk: 'destructive',
      idempotency: 'none',
      confirm: 'always',
      note: `named '${destroys}': taken for destructive`,
    };
  if (method === 'POST') {
    const reads = verbs.find(
      (word) => reading.has(word) && ['search', 'query', 'list', 'find', 'lookup', 'count', 'filter'].includes(word),
    );
    const acts = verbs.some(
      (word) => acting.has(word) || ['create', 'update', 'upsert', 'import', 'sync'].includes(word),
    );
    if (reads !== undefined && !acts)
      return {
        risk: 'read',
        idempotency: 'natural',
        confirm: undefined,
        note: `POST, yet it is named '${reads}': taken for a read`,
      };
  }
  // A PUT to a thing by its id sets it; a PUT to a collection makes another at some vendors.
  const natural = method === 'PUT' && path.endsWith('}');
  return { risk: 'write', idempotency: natural ? 'natural' : 'none', confirm: 'policy', note: null };
}

function stem(word: string): string {
  const plain = word.replace(/(?:ies)$/, 'y');
  return plain.length > 4 ? plain.replace(/s$/, '') : plain;
}

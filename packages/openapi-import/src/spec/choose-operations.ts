import { importError } from '../import-error.ts';
import { wordsOf } from '../schema/plain-text.ts';
import type { ListedOperation } from './list-operations.ts';

/** What is asked for; of several kinds an operation must match one. */
export interface OperationChoice {
  /** Ids, or method and path as `GET /users/{id}`. */
  readonly operations?: readonly string[];
  readonly tags?: readonly string[];
  /** Words that must all stand in id, path, summary, description or tags. */
  readonly search?: string;
}

/** Tools that one agent can be given; past that, a model chooses badly and clients refuse. */
export const maxChosenOperations = 40;

export function isChoice({ operations = [], tags = [], search = '' }: OperationChoice): boolean {
  return operations.length > 0 || tags.length > 0 || search.trim() !== '';
}

/**
 * The operations that are asked for; all of them where nothing is and they are at most 40. Deprecated ones are taken by
 * name only.
 * @throws importError `choose_operations`, `unknown_operation`
 */
export function chooseOperations(listed: readonly ListedOperation[], choice: OperationChoice): ListedOperation[] {
  const { operations = [], tags = [], search = '' } = choice;
  const alive = listed.filter(({ operation }) => operation.deprecated !== true);
  if (!isChoice(choice)) {
    if (alive.length <= maxChosenOperations) return alive;
    throw tooMany(alive, `The description has ${listed.length} operations.`);
  }
  const named = operations.map((name) => operationNamed(listed, name));
  const tagged = tags.flatMap((tag) => withTag(alive, tag));
  const found = search.trim() === '' ? [] : matching(alive, search);
  if (search.trim() !== '' && found.length === 0)
    throw importError(
      'unknown_operation',
      `No operation has all the words of '${search}'. --list shows what there is.`,
    );
  const chosen = new Set([...named, ...tagged, ...found]);
  const list = listed.filter((operation) => chosen.has(operation));
  if (list.length > maxChosenOperations && list.length > named.length)
    throw tooMany(list, `${list.length} operations match.`);
  return list;
}

function operationNamed(listed: readonly ListedOperation[], name: string): ListedOperation {
  const wanted = name.trim();
  const [method = '', path = ''] = wanted.split(/\s+/, 2);
  const exact =
    listed.find(({ id }) => id === wanted) ??
    listed.find((one) => one.method === method.toUpperCase() && one.path === path) ??
    listed.find(({ id }) => id.toLowerCase() === wanted.toLowerCase());
  if (exact !== undefined) return exact;
  const parts = wordsOf(wanted).filter((part) => part.length > 2);
  const similar = listed
    .map((one) => ({ id: one.id, hits: parts.filter((part) => textOf(one).includes(part)).length }))
    .filter(({ hits }) => hits > 0)
    .sort((a, b) => b.hits - a.hits)
    .slice(0, 5)
    .map(({ id }) => id);
  const hint = similar.length === 0 ? '--list shows what there is.' : `Did you mean ${similar.join(', ')}?`;
  throw importError('unknown_operation', `No operation is called '${name}'. ${hint}`, { similar });
}

function withTag(listed: readonly ListedOperation[], tag: string): ListedOperation[] {
  const wanted = tag.trim().toLowerCase();
  const found = listed.filter(({ operation }) => operation.tags?.some((own) => String(own).toLowerCase() === wanted));
  if (found.length > 0) return found;
  const tags = tagsOf(listed).map(({ tag: name }) => name);
  const hint = tags.length === 0 ? 'The description has no tags.' : `There are: ${tags.slice(0, 30).join(', ')}.`;
  throw importError('unknown_operation', `No operation has the tag '${tag}'. ${hint}`, { tags: tags.slice(0, 100) });
}

/** Operations in whose texts all the words stand, the best first. */
export function matching(listed: readonly ListedOperation[], search: string): ListedOperation[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return listed.filter((one) => {
    const text = textOf(one);
    return words.every((word) => text.includes(word));
  });
}

function textOf({ id, method, path, operation }: ListedOperation): string {
  const { summary = '', description = '', tags = [] } = operation;
  return `${id} ${method} ${path} ${summary} ${description} ${tags.join(' ')}`.toLowerCase();
}

/** Tags with how many operations have them, the most used first. */
export function tagsOf(listed: readonly ListedOperation[]): { tag: string; operations: number }[] {
  const counts = new Map<string, number>();
  for (const { operation } of listed)
    for (const tag of operation.tags ?? []) counts.set(String(tag), (counts.get(String(tag)) ?? 0) + 1);
  return [...counts]
    .map(([tag, operations]) => ({ tag, operations }))
    .sort((a, b) => b.operations - a.operations || a.tag.localeCompare(b.tag));
}

function tooMany(listed: readonly ListedOperation[], fact: string): Error {
  const tags = tagsOf(listed).slice(0, 12);
  const tagged = tags.map(({ tag, operations }) => `${tag} (${operations})`).join(', ');
  return importError(
    'choose_operations',
    `${fact} A model chooses well among a few: pick at most ${maxChosenOperations}, better 3 to 8, with --operation ID, --tag TAG or --search WORDS; --list shows them all.${tagged === '' ? '' : ` Tags: ${tagged}.`}`,
    { operations: listed.length, tags },
  );
}

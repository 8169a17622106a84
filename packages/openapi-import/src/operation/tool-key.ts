import { wordsOf } from '../schema/plain-text.ts';
import type { ListedOperation } from '../spec/list-operations.ts';

/** A callable name has at most this many characters, so that a client can put a server's name before it. */
const maxNameLength = 40;
const fillers = new Set(
  'the a an of for to by with and in on at api rest v1 v2 v3 v4 json action using via all current'.split(' '),
);

/** Keys of tools: of the operation's id in the vendor's words, short enough, each once. */
export function toolKeys(operations: readonly ListedOperation[], integration: string): Map<ListedOperation, string> {
  const room = maxNameLength - integration.length - 1;
  const used = new Set<string>();
  const keys = new Map<ListedOperation, string>();
  const own = new Set(wordsOf(integration));
  for (const operation of operations) {
    const key = unused(shortKey(wordsFor(operation), own, room), used, room);
    used.add(key);
    keys.set(operation, key);
  }
  return keys;
}

function wordsFor({ ownId, id, method, path }: ListedOperation): string[] {
  if (ownId) return wordsOf(id);
  const steps = path.split('/').filter((part) => part !== '' && !part.startsWith('{'));
  const verb = {
    GET: path.endsWith('}') ? 'get' : 'list',
    POST: 'create',
    PUT: 'put',
    PATCH: 'update',
    DELETE: 'delete',
    HEAD: 'check',
  };
  return [
    verb[method as keyof typeof verb] ?? 'call',
    ...steps.flatMap(wordsOf).filter((word) => !/^v\d+$/.test(word)),
  ];
}

function shortKey(words: readonly string[], integration: ReadonlySet<string>, room: number): string {
  const plain = words.filter((word, index) => index === 0 || word !== words[index - 1]);
  const ways = [
    plain,
    plain.filter((word) => !integration.has(word)),
    plain.filter((word) => !integration.has(word) && !fillers.has(word)),
    [...new Set(plain)].filter((word) => !integration.has(word) && !fillers.has(word)),
    // `createInvoiceAttachmentByFileName`: how the thing is named says less than what it is.
    [...new Set(beforeBy(plain))].filter((word) => !integration.has(word) && !fillers.has(word)),
  ];
  for (const way of ways) {
    const key = begun(way.join('_'));
    if (way.length > 0 && key.length <= room) return key;
  }
  // The verb and the last words say more than the middle.
  const last = ways[4] as string[];
  for (let drop = 1; drop < last.length - 1; drop++) {
    const key = begun([last[0], ...last.slice(1 + drop)].join('_'));
    if (key.length <= room) return key;
  }
  return begun(last.join('_') || 'call')
    .slice(0, room)
    .replace(/_+$/, '');
}

function beforeBy(words: readonly string[]): readonly string[] {
  const by = words.indexOf('by');
  return by > 1 ? words.slice(0, by) : words;
}

function begun(key: string): string {
  return /^[a-z]/.test(key) ? key : `do_${key}`;
}

/** The number goes into the room there is: a name that was cut and then lengthened would be too long again. */
function unused(key: string, used: ReadonlySet<string>, room: number): string {
  if (!used.has(key)) return key;
  for (let count = 2; ; count++) {
    const suffix = `_${count}`;
    const candidate = `${key.slice(0, room - suffix.length).replace(/_+$/, '')}${suffix}`;
    if (!used.has(candidate)) return candidate;
  }
}

import { capital, plainText, shorten, wordsOf } from '../schema/plain-text.ts';
import type { ListedOperation } from '../spec/list-operations.ts';
import type { DraftedAnswer } from './answer.ts';
import type { Effect } from './effect.ts';

export interface SpokenWords {
  readonly title: string;
  readonly description: string;
  readonly speech: { readonly waiting: string; readonly done: string; readonly failed: string };
  readonly confirmPrompt: string;
  readonly keywords: readonly string[];
}

/** Title, description and lines to say: the vendor's words where it has any, else drafted from method and path. */
export function spokenWords(
  listed: ListedOperation,
  answer: DraftedAnswer,
  effect: Effect,
  integration: string,
): SpokenWords {
  const { method, path, operation } = listed;
  const { verb, noun, action } = verbAndNoun(method, path);
  const summary = plainText(operation.summary).replace(/[.!…]+$/, '');
  const described = plainText(operation.description);
  const drafted = capital(`${verb} ${noun}`);
  const title = shorten(summary.length >= 4 ? summary : (titleFrom(listed, described) ?? drafted), 80);
  const what = shorten(
    described.length >= 15
      ? described
      : summary.length >= 15
        ? `${summary}.`
        : `${drafted} of ${integration} (${method} ${path}).`,
    420,
  );
  const ended = /[.!?…]$/.test(what) ? what : `${what}.`;
  // A model chooses by these words; a few alone say too little.
  const sentence = ended.length >= 30 ? ended : `${ended} It is ${method} ${shorten(path, 120)} of ${integration}.`;
  const reading = effect.risk === 'read';
  const doing = reading
    ? `Looking up the ${noun}.`
    : action
      ? "One moment, I'm doing that."
      : `${gerund(verb)} the ${noun}.`;
  return {
    title,
    description: `${sentence} ${returnsOf(answer, noun)}`,
    speech: {
      waiting: shorten(doing, 120),
      done: reading ? 'Here is what I found.' : "That's done.",
      failed: reading
        ? `I couldn't look up the ${noun}.`
        : action
          ? "I couldn't do that."
          : `I couldn't ${verb} the ${noun}.`,
    },
    confirmPrompt: action ? `Shall I go ahead: ${title.replace(/[{}]/g, '')}?` : `Shall I ${verb} the ${noun}?`,
    keywords: keywordsOf(listed, integration),
  };
}

function titleFrom({ ownId, id }: ListedOperation, described: string): string | undefined {
  if (described.length >= 4 && described.length <= 60) return described.replace(/[.!…]+$/, '');
  const words = wordsOf(id);
  return ownId && words.length > 1 ? capital(words.join(' ')) : undefined;
}

/** `POST /v1/customers` as create, customers; a noun is as the path has it. */
function verbAndNoun(method: string, path: string): { verb: string; noun: string; action: boolean } {
  const parts = path.split('/').filter((part) => part !== '');
  const named = parts.filter((part) => !/[{}]/.test(part) && !/^v?\d/.test(part));
  // `microsoft.graph.sendMail`: what stands before the last dot is a name space.
  const last = (named.at(-1) ?? 'resource')
    .replace(/\.(?:json|xml)$/i, '')
    .split('.')
    .at(-1) as string;
  const noun = shorten(
    wordsOf(last)
      .filter((word) => word !== 'json')
      .join(' ') || 'resource',
    40,
  );
  const one = parts.at(-1)?.endsWith('}') === true;
  const verbs: Readonly<Record<string, string>> = {
    GET: one ? 'get' : 'list',
    HEAD: 'check',
    POST: one ? 'update' : 'create',
    PUT: 'set',
    PATCH: 'change',
    DELETE: 'delete',
  };
  return {
    verb: verbs[method] ?? 'call',
    noun: one || method !== 'GET' ? singular(noun) : noun,
    // `POST /payments/{id}/capture`: the last word is what is done, not what it is done to.
    action: method === 'POST' && !one && !/s$/.test(last) && (/\}$/.test(parts.at(-2) ?? '') || last !== named.at(-1)),
  };
}

function singular(noun: string): string {
  if (/(?:ss|us|is|news)$/.test(noun)) return noun;
  return noun.replace(/ies$/, 'y').replace(/(?:(ch|sh|x)es|s)$/, '$1');
}

const gerunds: Readonly<Record<string, string>> = {
  create: 'Creating',
  update: 'Updating',
  set: 'Setting',
  change: 'Changing',
  delete: 'Deleting',
  call: 'Calling',
  list: 'Reading',
  get: 'Getting',
  check: 'Checking',
};

function gerund(verb: string): string {
  return gerunds[verb] ?? 'Doing';
}

/** What comes back, in a sentence, as a model needs it. */
function returnsOf({ pick, list }: DraftedAnswer, noun: string): string {
  if (pick.length === 0) return 'Returns that it was done, without fields.';
  const names = [...new Set(pick.map((path) => wordsOf(path.split('.').at(-1) as string).join(' ')))];
  const told = names.length === 1 ? (names[0] as string) : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return list ? `Returns at most ten ${noun} with ${told}.` : `Returns ${told}.`;
}

function keywordsOf({ id, path, operation }: ListedOperation, integration: string): string[] {
  const tags = (operation.tags ?? []).flatMap((tag) => wordsOf(String(tag)));
  const words = [...wordsOf(integration), ...wordsOf(id), ...tags, ...wordsOf(path.replace(/\{[^}]*\}/g, ' '))];
  return [...new Set(words)]
    .filter(
      (word) =>
        word.length > 2 &&
        !['api', 'rest', 'get', 'post', 'put', 'the', 'for', 'and'].includes(word) &&
        word.length < 30 &&
        !/^\d+$/.test(word),
    )
    .slice(0, 10);
}

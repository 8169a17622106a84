import { validatorOf } from '@patchbay/catalog';
import type { IntegrationDocumentInput } from '@patchbay/contracts';
import type { AccountParameters } from '../document/account-variables.ts';
import { placeOf } from '../document/account-variables.ts';
import { argumentSchema, type PlainSchema, schemaLimits } from '../schema/argument-schema.ts';
import { effectiveSchema, isBinary } from '../schema/effective-schema.ts';
import { shorten, wordsOf } from '../schema/plain-text.ts';
import { sampleValue } from '../schema/sample-value.ts';
import type { ListedOperation } from '../spec/list-operations.ts';
import type { References } from '../spec/references.ts';
import type { ApiParameter } from '../spec/types.ts';
import { draftAnswer } from './answer.ts';
import { bodyCandidates, type DraftedBody } from './body-candidates.ts';
import type { Candidate, LeftOut } from './candidate.ts';
import { chooseArguments } from './choose-arguments.ts';
import { isCredentialName, isIdempotencyName, isPageSizeName } from './credential-names.ts';
import { effectOf } from './effect.ts';
import { nameArguments } from './name-arguments.ts';
import { parameterCandidates } from './parameter-candidates.ts';
import { spokenWords } from './spoken-words.ts';

export type ToolInput = IntegrationDocumentInput['tools'][string];

export interface DraftedTool {
  readonly tool: ToolInput;
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
  /** Connection variables that the tool uses. */
  readonly variables: ReadonlySet<string>;
  readonly saysOk: boolean;
}

export interface ToolContext {
  readonly references: References;
  readonly integration: string;
  readonly accounts: AccountParameters;
  /** Whether `auth` shows a credential; parameters that would carry one are then never arguments. */
  readonly authenticated: boolean;
  /** Whether it is shown as `Authorization: Bearer`, which stands for a `token` among the fields of a body. */
  readonly bearer: boolean;
  /** The vendor's own examples are not used: something in them looks like a credential. */
  readonly withoutExamples: boolean;
}

/** Most bytes of a tool's schema; the linter refuses more. */
const maxSchemaBytes = 4_000;

/** One operation as a tool: arguments, request, what is picked of the answer, an example, words. */
export function draftTool(listed: ListedOperation, context: ToolContext): DraftedTool {
  const { references } = context;
  const { operation, method } = listed;
  const leftOut: LeftOut[] = [];
  const notes: string[] = [];
  const variables = new Set<string>();
  const effect = effectOf(listed);

  // 1. What the request can hold.
  const parameters = parameterCandidates(withPlaceholders(listed), references);
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = bodyCandidates(hasBody ? operation.requestBody : undefined, listed.path, references);
  leftOut.push(...parameters.leftOut, ...body.leftOut);
  let idempotencyHeader: string | undefined;
  const hidden: [Candidate, PlainSchema][] = [];
  const candidates = [...parameters.candidates, ...body.candidates].filter((candidate) => {
    const account = context.accounts.get(placeOf(candidate.place, candidate.wireName));
    if (candidate.place === 'header' && isIdempotencyName(candidate.wireName)) idempotencyHeader = candidate.wireName;
    else if (isOurCredential(candidate, context))
      leftOut.push({ name: candidate.at, in: candidate.place, reason: 'credential' });
    else if (account !== undefined) {
      variables.add(account.variable);
      if (candidate.place !== 'path') hidden.push([candidate, { 'x-from': `connection.${account.variable}` }]);
    } else return true;
    return false;
  });

  // 2. What of it a model is asked for.
  const chosen = chooseArguments(
    candidates,
    ({ place, wireName }) => effect.risk === 'read' && isPageSizeName(wireName, place),
  );
  leftOut.push(...chosen.leftOut);
  for (const { candidate, value } of chosen.fixed) hidden.push([candidate, { 'x-const': value }]);
  const args = chosen.arguments;
  if (hasBody && operation.requestBody !== undefined && body.encoding === 'none')
    notes.push('The request has a body of which nothing could be read.');
  if (effect.risk !== 'read' && candidates.length === 0 && body.encoding === 'none')
    notes.push('It takes no arguments: see that the description lacks none.');

  // 3. Names, schemas, and where each value goes.
  const reserved = [...context.accounts.values()].map(({ variable }) => variable);
  const names = nameArguments([...args, ...hidden.map(([candidate]) => candidate)], reserved);
  const schemas = schemasOf(args, names, listed, references);
  const drafted: Record<string, PlainSchema> = {};
  for (const candidate of args) {
    const name = names.get(candidate) as string;
    drafted[name] = {
      ...schemas.get(candidate),
      ...(candidate.required && { required: true }),
      ...placement(candidate, name, method, body),
      ...candidate.style,
    };
  }
  for (const [candidate, value] of hidden) {
    const name = names.get(candidate) as string;
    drafted[name] = {
      ...value,
      ...placement(candidate, name, method, body),
      ...('x-const' in value ? candidate.style : {}),
    };
  }

  // 4. An example that the vendor's own description accepts.
  const given: Record<string, unknown> = {};
  const bodyNeeded =
    body.required &&
    !args.some(({ place, required }) => place.startsWith('body') && required) &&
    !hidden.some(([{ place }]) => place === 'body');
  let bodyGiven = false;
  for (const candidate of args) {
    const name = names.get(candidate) as string;
    const value = exampleFor(candidate, schemas.get(candidate) ?? {}, context);
    if (value === undefined && candidate.required) throw new Error(`no example can be made for '${candidate.at}'`);
    const wanted =
      candidate.required ||
      // A write that says nothing shows nothing.
      (effect.risk !== 'read' && Object.keys(given).length < 2) ||
      candidate.example !== undefined ||
      (bodyNeeded && !bodyGiven && candidate.place.startsWith('body'));
    if (value === undefined || !wanted) continue;
    given[name] = value;
    bodyGiven ||= candidate.place.startsWith('body');
  }
  const answer = draftAnswer(operation, references, context.withoutExamples);
  if (answer.note !== null) notes.push(`Nothing is shown of the answer: ${answer.note}.`);

  // 5. What it does, and how it is spoken of.
  if (effect.note !== null) notes.push(`${effect.note}.`);
  const words = spokenWords(listed, answer, effect, context.integration);
  const idempotency =
    idempotencyHeader !== undefined && effect.risk !== 'read'
      ? { kind: 'header' as const, name: idempotencyHeader }
      : { kind: effect.idempotency };
  const sendsBody =
    args.some(({ place }) => place.startsWith('body')) || hidden.some(([{ place }]) => place === 'body');
  const encoding = sendsBody || body.required ? body.encoding : 'none';
  const tool: ToolInput = {
    title: words.title,
    description: words.description,
    risk: effect.risk,
    ...(effect.confirm !== undefined && { confirm: effect.confirm, confirm_prompt: words.confirmPrompt }),
    idempotency,
    request: {
      method: method as 'GET',
      path: pathOf(listed.path, args, names, context),
      ...(encoding !== 'none' && { body: encoding }),
      ...(encoding !== 'none' && body.contentType !== undefined && { headers: { 'content-type': body.contentType } }),
    },
    parameters: drafted,
    response: { pick: [...answer.pick], ...(answer.list && { max_items: 10 }), max_bytes: 4_096 },
    speech: words.speech,
    keywords: [...words.keywords],
    examples: [
      {
        title: words.title,
        arguments: given,
        response: {
          status: answer.status,
          ...(answer.contentType !== null && { headers: { 'content-type': answer.contentType }, body: answer.body }),
        },
      },
    ],
    meta: { imported_from: { operation: listed.id, method, path: listed.path } },
  };
  return { tool, leftOut, notes, variables, saysOk: answer.saysOk };
}

/** The parameters, and those of the path that the description forgot. */
function withPlaceholders({ path, parameters }: ListedOperation): readonly ApiParameter[] {
  const named = new Set(parameters.filter((one) => one.in === 'path').map(({ name }) => name));
  const forgotten = [...(path.split(/[?#]/)[0] as string).matchAll(/\{([^{}]*)\}/g)]
    .map(([, name]) => name as string)
    .filter((name) => !named.has(name));
  return [
    ...parameters,
    ...forgotten.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
  ];
}

/**
 * Whether a value carries what `auth` shows, so that no argument need. Of bodies `auth` reaches all or none, so that a person has
 * to say whether it should: without what one requires the request would be refused.
 */
function isOurCredential(
  { wireName, place, required, at }: Candidate,
  { authenticated, bearer }: ToolContext,
): boolean {
  if (place === 'path' || !isCredentialName(wireName)) return false;
  if (!authenticated) return !required;
  if (place === 'body' && required && !(wireName === 'token' && bearer))
    throw new Error(
      `its body requires '${at}', a credential: only an auth of type custom, written by hand, shows one in each body`,
    );
  return true;
}

/** The arguments' schemas, as rich as the budget for all of them allows. */
function schemasOf(
  args: readonly Candidate[],
  names: ReadonlyMap<Candidate, string>,
  listed: ListedOperation,
  references: References,
): Map<Candidate, PlainSchema> {
  for (const limits of schemaLimits) {
    const schemas = new Map(
      args.map((candidate) => {
        const schema = candidate.file
          ? fileSchema(candidate, references)
          : withoutOwnRequired(argumentSchema(candidate.effective, references, limits));
        return [
          candidate,
          { ...schema, description: describe(candidate, names.get(candidate) as string, listed, limits.words) },
        ] as const;
      }),
    );
    if (
      Buffer.byteLength(
        JSON.stringify(Object.fromEntries([...schemas].map(([candidate, schema]) => [names.get(candidate), schema]))),
      ) <= maxSchemaBytes ||
      limits === schemaLimits.at(-1)
    )
      return schemas;
  }
  return new Map();
}

/** On a parameter `required` says that it must be given; which fields it must have goes into a schema of its own. */
function withoutOwnRequired({ required, ...schema }: PlainSchema): PlainSchema {
  return required === undefined ? schema : { ...schema, allOf: [{ required }] };
}

const file = {
  type: 'object',
  properties: {
    filename: { type: 'string' },
    content_type: { type: 'string', description: 'Such as image/png.' },
    text: { type: 'string', description: 'What is in it, if it is text.' },
    content_base64: { type: 'string', description: 'What is in it, if it is not.' },
  },
};

function fileSchema({ effective }: Candidate, references: References): PlainSchema {
  const list = effective.type === 'array' && isBinary(effectiveSchema(effective.schema.items, references).schema);
  return { ...(list ? { type: 'array', items: file } : file), 'x-file': {} };
}

function describe(
  { description, wireName, effective, place, file }: Candidate,
  name: string,
  { path, operation }: ListedOperation,
  length: number,
): string {
  if (description.length >= 10) return shorten(description, Math.max(length, 60));
  const words = wordsOf(wireName).join(' ');
  const values = effective.schema.enum;
  const kind = file ? 'File' : effective.type === 'boolean' ? 'Whether' : /id$/i.test(wireName) ? 'Id' : 'Value';
  const about =
    place === 'path'
      ? `the ${words} in ${shorten(path, 80)}`
      : `${words} for '${shorten(operation.summary ?? operation.operationId ?? path, 60)}'`;
  const extra = description === '' ? '' : `${description.replace(/[.]$/, '')}: `;
  return shorten(
    `${extra}${kind} ${kind === 'Whether' ? '' : 'of '}${about || name}${values === undefined ? '' : ', one of the values listed'}.`,
    160,
  );
}

/** `x-in` and `x-name`, where they differ from what is taken anyway. */
function placement(candidate: Candidate, name: string, method: string, body: DraftedBody): PlainSchema {
  const { place, at } = candidate;
  if (place === 'path') return {};
  const usual = ['GET', 'HEAD', 'DELETE'].includes(method) ? 'query' : 'body';
  const nested = body.encoding === 'json' && /[.[]/.test(at);
  return {
    ...(place !== usual && { 'x-in': place }),
    ...(place !== 'body_root' && (at !== name || (place === 'body' && nested)) && { 'x-name': at }),
  };
}

/** The vendor's path with the tool's names in it, account numbers as variables. */
function pathOf(
  path: string,
  args: readonly Candidate[],
  names: ReadonlyMap<Candidate, string>,
  { accounts }: ToolContext,
): string {
  return (path.split(/[?#]/)[0] as string).replace(/\{([^{}]*)\}/g, (all, wire: string) => {
    const account = accounts.get(placeOf('path', wire));
    if (account !== undefined) return `{${account.variable}}`;
    const candidate = args.find(({ place, wireName }) => place === 'path' && wireName === wire);
    return candidate === undefined ? all : `{${names.get(candidate)}}`;
  });
}

function exampleFor(candidate: Candidate, schema: PlainSchema, { references, withoutExamples }: ToolContext): unknown {
  if (candidate.file) {
    const example = { filename: 'example.txt', content_type: 'text/plain', text: 'An example.' };
    return schema['type'] === 'array' ? [example] : example;
  }
  const { required: _required, 'x-file': _file, ...rest } = schema;
  const validate = validatorOf(rest);
  for (const example of [candidate.example, undefined]) {
    const value = sampleValue(candidate.effective, { references, of: 'request', withoutExamples }, {}, example);
    if (value !== undefined && value !== '' && validate(value)) return value;
  }
  return undefined;
}

import { exampleOf } from '../operation/example-of.ts';
import { type EffectiveSchema, effectiveSchema } from '../schema/effective-schema.ts';
import { sampleValue, type Wanted } from '../schema/sample-value.ts';
import type { ListedOperation } from '../spec/list-operations.ts';
import type { ApiResponse, MediaType } from '../spec/types.ts';
import type { CheckContext } from './check-request.ts';

export interface MockAnswer {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: string;
  /** What is wrong with the answer by its own schema; `null` when nothing is. */
  readonly problem: string | null;
}

interface Success {
  readonly status: number;
  readonly mediaType: string;
  readonly media: MediaType | undefined;
}

function successOf(listed: ListedOperation, { references }: CheckContext): Success | number {
  const responses = listed.operation.responses ?? {};
  const code = Object.keys(responses).find((one) => /^2/.test(one)) ?? 'default';
  const response = references.resolve<ApiResponse>(responses[code]);
  const status = /^\d+$/.test(code) ? Number(code) : 200;
  const mediaType = Object.keys(response?.content ?? {}).find((type) => /[/+]json|^\*\/\*/.test(type));
  if (mediaType === undefined) return status;
  const media = references.resolve<MediaType>(response?.content?.[mediaType]);
  return { status, mediaType, media };
}

/** What is wrong with a body as the operation's answer; `null` when nothing is. */
export function answerProblem(listed: ListedOperation, body: unknown, context: CheckContext): string | null {
  const success = successOf(listed, context);
  if (typeof success === 'number' || success.media?.schema === undefined) return null;
  return context.validate(success.media.schema, body, 'answer');
}

/** The answer that means success, filled with a sample of its schema, two levels deep where that is possible. */
export function answerFor(listed: ListedOperation, context: CheckContext): MockAnswer {
  const { references } = context;
  const success = successOf(listed, context);
  if (typeof success === 'number') return { status: success, contentType: null, body: '', problem: null };
  const { status, media, mediaType } = success;
  const effective = effectiveSchema(media?.schema, references);
  const contentType = mediaType.includes('*') ? 'application/json' : mediaType;
  const example = exampleOf(media, references);
  let problem: string | null = null;
  // Some descriptions contradict themselves in fields that need not be there: then with fewer of them.
  for (const depth of [2, 1, 0, -1]) {
    const wanted = everything(effective, references, depth);
    const value = sampleValue(effective, { references, of: 'response' }, wanted, depth > 0 ? example : undefined) ?? {};
    const wrong = answerProblem(listed, value, context);
    if (wrong === null) return { status, contentType, body: JSON.stringify(value), problem: null };
    problem ??= wrong;
  }
  return { status, contentType, body: '{}', problem };
}

function everything(effective: EffectiveSchema, references: CheckContext['references'], depth: number): Wanted {
  if (depth < 0 || effective.circular) return {};
  if (effective.type === 'array')
    return {
      '[]': everything(effectiveSchema(effective.schema.items, references, effective.trail), references, depth),
    };
  const fields = Object.entries(effective.schema.properties ?? {});
  return Object.fromEntries(
    fields.map(([name, node]) => [
      name,
      everything(effectiveSchema(node, references, effective.trail), references, depth - 1),
    ]),
  );
}

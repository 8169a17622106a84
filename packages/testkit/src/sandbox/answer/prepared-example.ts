import { isDeepStrictEqual } from 'node:util';
import type { Example } from '@patchbay/contracts';
import type { TargetSource } from '../route/target.ts';
import type { Field } from '../wire/fields.ts';
import { type Answer, answerOf } from './answer.ts';
import { stepsOfPath, valueAt } from './value-at.ts';

/** An example's answer for one call, and the values that call has when the example is followed. */
export interface PreparedExample {
  readonly expected: Readonly<Record<string, unknown>>;
  readonly answer: Answer;
}

export function preparedExamples(source: TargetSource, fields: readonly Field[]): PreparedExample[] {
  const { tool, step, examples } = source;
  return examples.flatMap((example) => {
    const response =
      step === null
        ? example.response
        : (example.responses?.[step.id] ?? (tool.steps?.at(-1) === step ? example.response : undefined));
    if (response === undefined) return [];
    return [{ expected: expectedValues(example, fields), answer: answerOf(response, tool.response.stream ?? 'none') }];
  });
}

function expectedValues(example: Example, fields: readonly Field[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { argument, from, constant, prefix } of fields) {
    if (constant !== undefined || prefix !== undefined) continue;
    const [origin, step = '', ...path] = stepsOfPath(from ?? '');
    const value =
      from === undefined
        ? example.arguments[argument]
        : origin === 'steps'
          ? valueAt(example.responses?.[step]?.body, path)
          : undefined;
    if (value !== undefined) values[argument] = value;
  }
  return values;
}

/** The example that agrees with most of the arguments; the first among equals. Null when the tool has none. */
export function bestExample(
  examples: readonly PreparedExample[],
  values: Readonly<Record<string, unknown>>,
): PreparedExample | null {
  if (examples.length < 2) return examples[0] ?? null;
  let best: PreparedExample | null = null;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const example of examples) {
    const score = scoreOf(example.expected, values);
    if (score > bestScore) [best, bestScore] = [example, score];
  }
  return best;
}

/** How much the arguments resemble what any of the examples gives; 0 for a tool without any. */
export function resemblance(examples: readonly PreparedExample[], values: Readonly<Record<string, unknown>>): number {
  return Math.max(0, ...examples.map((example) => scoreOf(example.expected, values)));
}

/** One for each argument that agrees, a little less for each that is only on one side. */
function scoreOf(expected: Readonly<Record<string, unknown>>, values: Readonly<Record<string, unknown>>): number {
  let score = 0;
  for (const [name, value] of Object.entries(expected)) {
    if (!(name in values)) score -= 0.01;
    else if (values[name] === value || isDeepStrictEqual(values[name], value)) score += 1;
  }
  return score;
}

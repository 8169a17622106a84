import {
  type ErrorBody,
  type ExecutionContext,
  errorBody,
  maxPlanCalls,
  type PlanProgress,
  type PlanResult,
  ToolName,
} from '@patchbay/contracts';
import type { Plan } from '../plan.ts';
import { literal } from '../plan.ts';
import { answerError, answerOf, type ModelAnswer } from './model-answer.ts';

/** A tool call as a model made it, whatever its API. */
export interface ModelCall {
  /** The model's own id for it; the idempotency key. */
  readonly id: string;
  readonly name: string;
  /** Null when the model wrote something that is no object. */
  readonly arguments: Record<string, unknown> | null;
}

export interface ModelCallOptions {
  /** Which tools are Patchbay's. The calls of others are left out, for the caller to answer. Default: all. */
  readonly accepts?: (name: string) => boolean;
  readonly deadlineMs?: number;
  readonly context?: ExecutionContext;
  /** `per_connection`: writes reach one connection in the order the model made them. */
  readonly order?: 'any' | 'per_connection';
  readonly traceparent?: string;
  readonly onProgress?: (event: PlanProgress) => void;
}

/**
 * Carries out a model's calls, all at once, and answers each. One that cannot be read is answered with what is wrong with
 * it, and takes nothing from the others.
 */
export async function runModelCalls(
  plan: (plan: Plan) => Promise<PlanResult>,
  calls: readonly ModelCall[],
  { accepts, ...options }: ModelCallOptions = {},
): Promise<ModelAnswer[]> {
  const own = accepts === undefined ? calls : calls.filter(({ name }) => accepts(name));
  const answers = new Map<number, ModelAnswer>();
  const runnable: number[] = [];
  for (const [index, call] of own.entries()) {
    const problem = problemOfCall(call);
    if (problem === null) runnable.push(index);
    else answers.set(index, answerError(call.id, problem));
  }
  const parts: number[][] = [];
  for (let i = 0; i < runnable.length; i += maxPlanCalls) parts.push(runnable.slice(i, i + maxPlanCalls));
  await Promise.all(
    parts.map(async (part) => {
      const { results, error } = await plan({ ...options, calls: part.map((index) => plannedCall(own, index)) });
      for (const [place, index] of part.entries()) {
        const { id } = own[index] as ModelCall;
        const result = results[place];
        answers.set(
          index,
          result === undefined ? answerError(id, error ?? errorBody('internal')) : answerOf(id, result),
        );
      }
    }),
  );
  return own.map((_, index) => answers.get(index) as ModelAnswer);
}

function plannedCall(calls: readonly ModelCall[], index: number): Plan['calls'][number] {
  const call = calls[index] as ModelCall;
  return {
    id: `c${index}`,
    tool: call.name,
    // A model's words never refer to another call's output: text that it read could have told it to.
    arguments: literal(call.arguments),
    idempotencyKey: call.id,
    onError: 'continue',
  };
}

/** Why a call cannot be carried out at all; null when it can be. */
export function problemOfCall({ name, arguments: args }: ModelCall): ErrorBody | null {
  if (!ToolName.safeParse(name).success)
    return errorBody('tool_not_found', { message: 'No tool of that name exists.' });
  if (args !== null) return null;
  const issues = [{ path: 'arguments', message: 'must be one JSON object' }];
  return errorBody('invalid_arguments', { message: 'The arguments are not one JSON object.', details: { issues } });
}

import {
  type CancelRequest,
  type CancelResult,
  type ExecuteRequest,
  type ExecutionResult,
  type ListCircuitsRequest,
  type ListCircuitsResult,
  newId,
  type PlanRequest,
  type PlanResult,
  routes,
  toErrorBody,
  type WarmRequest,
  type WarmResult,
} from '@patchbay/contracts';
import { type AnyEndpoint, endpoint, type RequestContext } from '@patchbay/messaging';
import { childTraceparent } from '@patchbay/service-kit';
import { refusal } from './domain/answers.ts';
import { refusedPlan } from './domain/plan-answers.ts';
import { believed, nameOf } from './domain/proven-caller.ts';
import type { ExecuteCall } from './operations/execution-run.ts';

export interface ExecutorOperations {
  executeTool(request: ExecuteRequest, call: ExecuteCall): Promise<ExecutionResult>;
  executePlan(request: PlanRequest, call: ExecuteCall): Promise<PlanResult>;
  cancelExecution(tenant: string, request: CancelRequest): Promise<CancelResult>;
  /** Throws `overloaded` when there is no room for another call of the tenant. */
  shedCall(tenant: string): void;
  warmSession(tenant: string, request: WarmRequest, receivedAt: number): Promise<WarmResult>;
  listCircuits(request: ListCircuitsRequest): Promise<ListCircuitsResult>;
}

/** Everything the executor answers. */
export function executorEndpoints(operations: ExecutorOperations): AnyEndpoint[] {
  return [
    ...[routes.executeTool, routes.executeToolFor].map((route) =>
      endpoint(
        nameOf('execute-tool', route),
        route,
        (request, context) =>
          operations.executeTool(believed(route, request), { ...callOf(context), replyTo: context.replyTo }),
        // A request that could not be read is answered in the one shape of a result, so that a caller parses one thing.
        (error, { receivedAt }) =>
          refusal(
            { executionId: newId('execution'), tool: null, version: null, receivedAt, now: performance.now() },
            error,
          ),
        ({ tenant }) => operations.shedCall(tenant as string),
      ),
    ),
    ...[routes.executePlan, routes.executePlanFor].map((route) =>
      endpoint(
        nameOf('execute-plan', route),
        route,
        (request, context) => operations.executePlan(believed(route, request), callOf(context)),
        (error, { receivedAt }) =>
          refusedPlan({ planId: newId('plan'), receivedAt, now: performance.now() }, [], toErrorBody(error)),
        ({ tenant }) => operations.shedCall(tenant as string),
      ),
    ),
    endpoint('cancel-execution', routes.cancelExecution, (request, { values }) =>
      operations.cancelExecution(values.tenant as string, request),
    ),
    endpoint('warm-session', routes.warmSession, (request, { values, receivedAt }) =>
      operations.warmSession(values.tenant as string, request, receivedAt),
    ),
    endpoint('list-circuits', routes.listCircuits, (request) => operations.listCircuits(request)),
  ];
}

function callOf({ values, receivedAt, traceparent, presence }: RequestContext): ExecuteCall {
  const own = childTraceparent(traceparent);
  return {
    tenant: values.tenant as string,
    receivedAt,
    traceparent: own,
    traceId: own.slice(3, 35),
    parent: traceparent,
    presence,
  };
}

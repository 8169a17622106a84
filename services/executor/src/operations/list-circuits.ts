import type { ExecutorCircuits, ListCircuitsRequest, ListCircuitsResult } from '@patchbay/contracts';
import { maxCircuitsTold } from '@patchbay/contracts';
import type { CircuitView } from '@patchbay/execution-engine';

/** Asks every executor, this one included, for its circuits. Who does not answer in time is left out. */
export interface AskForCircuits {
  circuits(request: ListCircuitsRequest): Promise<ExecutorCircuits[]>;
}

/** The circuits of the whole fleet, as far as it answers in time. */
export function createListCircuits(
  others: AskForCircuits,
): (request: ListCircuitsRequest) => Promise<ListCircuitsResult> {
  return async (request) => {
    const executors = await others.circuits(request);
    executors.sort((a, b) => (a.executor < b.executor ? -1 : 1));
    return { executors };
  };
}

/** This executor's part of the answer: what is not closed first, at most `maxCircuitsTold`. */
export function ownCircuits(
  executor: string,
  views: readonly CircuitView[],
  { host }: ListCircuitsRequest,
): ExecutorCircuits {
  const found = views.filter((view) => host === undefined || view.host === host);
  found.sort((a, b) => rank(a) - rank(b) || (a.host < b.host ? -1 : a.host > b.host ? 1 : 0));
  return {
    executor,
    circuits: found.slice(0, maxCircuitsTold).map(({ openedBy, retryAfterMs, ...rest }) => ({
      ...rest,
      opened_by: openedBy,
      retry_after_ms: retryAfterMs,
    })),
    omitted: Math.max(0, found.length - maxCircuitsTold),
  };
}

function rank({ state }: CircuitView): number {
  return state === 'closed' ? 1 : 0;
}

import type { EgressOutcome, EgressRequest } from '@patchbay/egress';
import type { HedgeBudget } from '../breaker/hedge-budget.ts';
import type { AttemptWatch } from './attempt-watch.ts';
import type { AttemptPorts } from './execution.ts';

const lost: EgressOutcome = {
  ok: false,
  failure: { kind: 'connection_lost', sent: true, reason: 'connection_closed', message: 'The connection was lost.' },
};

/**
 * Sends a read, and once more when no answer came within `afterMs`; the first usable answer counts and the other request is
 * aborted at its socket. `mayHedge` and `begin` are asked when it comes to that, and the budget keeps second requests below one in twenty.
 */
export function sendHedged(
  ports: Pick<AttemptPorts, 'now' | 'send' | 'sleep'>,
  budget: HedgeBudget,
  request: EgressRequest,
  afterMs: number,
  begin: () => AttemptWatch | undefined,
  mayHedge: () => boolean,
): Promise<EgressOutcome> {
  budget.deposit();
  const waiting = new AbortController();
  const stops: AbortController[] = [];
  let open = 0;
  let settled = false;
  let firstFailure: EgressOutcome | null = null;

  return new Promise((resolve) => {
    function finish(outcome: EgressOutcome, winner: AbortController): void {
      settled = true;
      waiting.abort();
      for (const stop of stops) if (stop !== winner) stop.abort();
      resolve(outcome);
    }
    function start(watch?: AttemptWatch): void {
      const startedAt = ports.now();
      const stop = new AbortController();
      stops.push(stop);
      open++;
      const signal = request.signal === undefined ? stop.signal : AbortSignal.any([request.signal, stop.signal]);
      ports
        .send({ ...request, ...withTrace(request, watch), signal })
        .catch(() => lost)
        .then((outcome) => {
          open--;
          watch?.ended({
            status: outcome.ok ? outcome.response.status : null,
            failure: outcome.ok ? null : outcome.failure.kind,
            errorCode: null,
            tookMs: ports.now() - startedAt,
          });
          if (settled) return;
          if (isUsable(outcome) || open === 0)
            return finish(isUsable(outcome) ? outcome : (firstFailure ?? outcome), stop);
          // The other may yet do better.
          firstFailure = outcome;
        });
    }
    start();
    void ports.sleep(afterMs, waiting.signal).then(() => {
      if (settled || open === 0 || request.signal?.aborted === true || !mayHedge() || !budget.withdraw()) return;
      start(begin());
    });
  });
}

function withTrace({ headers }: EgressRequest, watch: AttemptWatch | undefined): Pick<EgressRequest, 'headers'> {
  return { headers: watch?.traceparent ? { ...headers, traceparent: watch.traceparent } : headers };
}

/** An answer that another request would hardly better. */
function isUsable(outcome: EgressOutcome): boolean {
  return (
    outcome.ok && outcome.response.status < 500 && outcome.response.status !== 429 && outcome.response.status !== 408
  );
}

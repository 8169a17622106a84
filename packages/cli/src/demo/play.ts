import { setTimeout as delay } from 'node:timers/promises';
import type { AuditEvent } from '@patchbay/contracts';
import type { DemoEvent } from './events.ts';
import { askedTwice, bargeIn, dependentCall, identifyCaller, twelveAtOnce } from './scenes.ts';
import type { Stage } from './stage.ts';

/** How long the audit log may take to show every outcome, in milliseconds. */
const auditWaitMs = 10_000;

/** The whole conversation. True when everything went as it should; ends between scenes when interrupted. */
export async function play(stage: Stage, interrupt: AbortSignal): Promise<boolean> {
  const told: boolean[] = [];
  const watching: Stage = {
    ...stage,
    tell(event: DemoEvent) {
      if (event.event === 'result') told.push(event.ok);
      stage.tell(event);
    },
  };
  const caller = await identifyCaller(watching);
  const scenes =
    caller === null
      ? []
      : [twelveAtOnce, (on: Stage) => dependentCall(on, caller), bargeIn, (on: Stage) => askedTwice(on, caller)];
  for (const scene of scenes) {
    if (interrupt.aborted) return false;
    await scene(watching);
  }
  const audit = await auditOf(stage);
  const executions = stage.results
    // The repeat is the first one's execution.
    .filter(({ execution_id }, index, all) => all.findIndex((other) => other.execution_id === execution_id) === index)
    .map(({ execution_id, tool, status }) => ({
      execution_id,
      tool: tool ?? '',
      status,
      audit: (audit.get(execution_id) ?? []).map(({ id }) => id),
    }));
  const ok = told.every(Boolean) && executions.every(({ audit: events }) => events.length > 0);
  stage.tell({ event: 'summary', ok, session: stage.session, executions });
  return ok;
}

/** The session's audit events by execution, oldest first, once each execution has its outcome. */
async function auditOf({ admin, session, results }: Stage): Promise<Map<string, AuditEvent[]>> {
  const ids = new Set(results.map(({ execution_id }) => execution_id));
  for (const giveUpAt = performance.now() + auditWaitMs; ; await delay(100)) {
    const { events } = await admin.queryAudit({ session, limit: 1_000 });
    const byExecution = Map.groupBy(events.reverse(), ({ data }) => data.execution_id ?? '');
    const settled = [...ids].every((id) => byExecution.get(id)?.some(({ data }) => data.outcome !== 'intent'));
    if (settled || performance.now() > giveUpAt) return byExecution;
  }
}

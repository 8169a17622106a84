import { newId, type PlanRequest, type PlanResult, routes } from '@patchbay/contracts';
import { endpoint, type Messaging } from '@patchbay/messaging';
import type { z } from 'zod';
import { fakeResult } from './fake-result.ts';

/** The executor's routes for plans, submissions and warm-ups. A plan's call succeeds with its arguments; `fail` fails the plan. */
export async function serveFakePlans(messaging: Messaging): Promise<{ readonly submitted: string[] }> {
  const submitted: string[] = [];
  const plan = async (request: z.output<typeof PlanRequest>): Promise<PlanResult> => ({
    plan_id: request.plan_id ?? newId('plan'),
    status: 'succeeded',
    results: request.calls.map(({ id, tool, arguments: args }) => ({
      id,
      ...fakeResult(newId('execution'), tool, { output: args }),
      skipped: null,
      started_ms: 0,
      output_left_out: false,
    })),
    counts: { succeeded: request.calls.length },
    error: null,
    timing: { total_ms: 1, calls_ms: 1 },
  });
  const submit = async ({
    submission_id: id = newId('submission'),
  }: {
    readonly submission_id?: string | undefined;
  }) => {
    const duplicate = submitted.includes(id);
    submitted.push(id);
    return { submission_id: id, duplicate, expires_at: '2100-01-01T00:00:00.000Z' };
  };
  await messaging.serve({ name: 'executor', version: '0.1.0', description: 'test' }, [
    endpoint('execute-plan', routes.executePlan, plan),
    endpoint('execute-plan-for', routes.executePlanFor, plan),
    endpoint('submit-tool', routes.submitTool, submit),
    endpoint('submit-tool-for', routes.submitToolFor, submit),
    endpoint('warm-session', routes.warmSession, async ({ tools }) => ({ integrations: [], missing: [...tools] })),
  ]);
  return { submitted };
}

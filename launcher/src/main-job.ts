import { setTimeout as delay } from 'node:timers/promises';
import type { AuditEvent, ExecutionResult } from '@patchbay/contracts';
import type { Admin, Agent } from '@patchbay/sdk';

export interface MainJobReport {
  readonly result: ExecutionResult;
  /** The same call once more: the first one compiled the schema, borrowed the credential and opened the connection. */
  readonly again: ExecutionResult;
  /** Of the first call. Intent first, outcome second. */
  readonly audit: readonly AuditEvent[];
}

/** Milliseconds in which both audit events must be readable. */
const auditWaitMs = 10_000;

/** One real tool call, from an agent over NATS to the upstream and back, and what the audit log kept of it. */
export async function runMainJob(agent: Agent, admin: Admin): Promise<MainJobReport> {
  const call = (number: number) =>
    agent.execute(
      'slack_post_message',
      { channel: 'C0123456789', text: 'Patchbay is up.' },
      {
        idempotencyKey: `first-call-${number}-${Date.now()}`,
        context: { agent: 'npm-start', session: 'first-call' },
      },
    );
  const result = await call(1);
  const again = await call(2);
  const giveUpAt = performance.now() + auditWaitMs;
  for (;;) {
    const { events } = await admin.queryAudit({ class: 'execution', execution_id: result.execution_id });
    if (events.length >= 2 || performance.now() > giveUpAt) return { result, again, audit: [...events].reverse() };
    await delay(150);
  }
}

/** The report for a person. */
export function describeMainJob({ result, again, audit }: MainJobReport): string {
  const { timing } = result;
  const lines = [
    `  tool       ${result.tool} ${result.version}`,
    `  status     ${result.status}${result.error === null ? '' : ` (${result.error.code}: ${result.error.message})`}`,
    `  output     ${JSON.stringify(result.output)}`,
    `  execution  ${result.execution_id}`,
    `  latency    ${timing.total_ms} ms in the executor: ${timing.upstream_ms} ms upstream, ${timing.overhead_ms} ms ours`,
    `  again      ${again.timing.total_ms} ms in the executor, ${again.timing.overhead_ms} ms ours`,
    ...audit.map((event) => `  audit      ${event.id}  ${event.data.outcome}`),
  ];
  return lines.join('\n');
}

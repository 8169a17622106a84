import { auditMac } from '@patchbay/audit-log';
import type { ReceivedMessage } from '@patchbay/audit-service/store';
import { type AuditEvent, newId } from '@patchbay/contracts';

/** What questions are asked about afterwards. */
export interface Sample {
  readonly tenant: string;
  readonly event: string;
  readonly execution: string;
  readonly session: string;
  readonly tool: string;
  readonly time: number;
}

export interface EventMaker {
  /** So many messages with so many events each, of one tenant a message, as busy executors send them. */
  messages(count: number, eventsEach: number): ReceivedMessage[];
  /** A few of all events so far, evenly. */
  readonly samples: Sample[];
}

const tools = 40;
const callsOfSession = 6;
/** One event in so many is kept as a sample. */
const sampleEvery = 997;

/**
 * Events of calls as executors record them: an intent and an outcome for each, one outcome in a hundred missing, one in fifty
 * failed. Half of them are of one tenant. Times go evenly from a begin to an end.
 */
export function makeEvents(options: {
  readonly macKey: Buffer;
  readonly tenants: number;
  readonly total: number;
  readonly fromMs: number;
  readonly toMs: number;
}): EventMaker {
  const { macKey, tenants, total, fromMs, toMs } = options;
  const samples: Sample[] = [];
  let [made, sequence, calls] = [0, 0, 0];
  const encoder = new TextEncoder();

  function call(tenant: string): AuditEvent[] {
    const number = calls++;
    const time = Math.floor(fromMs + (made / total) * (toMs - fromMs));
    const tool = `tool_${number % tools}`;
    const session = `call-${Math.floor(number / callsOfSession)}`;
    const execution = newId('execution', time);
    const failed = number % 50 === 0;
    const shared = {
      actor: { kind: 'agent' as const, id: 'receptionist', session },
      target: { kind: 'tool', id: tool, version: '1.4.0' },
      execution_id: execution,
      tool,
      integration: `vendor_${number % 12}`,
      risk: number % 3 === 0 ? ('write' as const) : ('read' as const),
      arguments_digest: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
    };
    const event = (type: string, at: number, data: Partial<AuditEvent['data']>): AuditEvent => ({
      specversion: '1.0',
      id: newId('auditEvent', at),
      source: '/services/executor/executor-1',
      type: `dev.patchbay.execution.${type}`,
      time: new Date(at).toISOString(),
      subject: execution,
      tenant,
      datacontenttype: 'application/json',
      data: { ...shared, outcome: 'intent', ...data },
    });
    const intent = event('intent', time, {});
    if (number % sampleEvery === 0) samples.push({ tenant, event: intent.id, execution, session, tool, time });
    if (number % 100 === 99) return [intent];
    const outcome = event('outcome', time + 240, {
      outcome: failed ? 'failed' : 'succeeded',
      ...(failed && { error_code: 'upstream_error' }),
      attempts: 1,
      upstream_status: failed ? 500 : 200,
      duration_ms: 80 + (number % 400) / 3,
      tokens: 200 + (number % 90),
    });
    return [intent, outcome];
  }

  return {
    samples,
    messages: (count, eventsEach) =>
      Array.from({ length: count }, (_, i) => {
        const tenant = `tenant-${i % 2 === 0 ? 0 : (sequence % (tenants - 1 || 1)) + (tenants > 1 ? 1 : 0)}`;
        const events: AuditEvent[] = [];
        while (events.length < eventsEach) events.push(...call(tenant));
        made += events.length;
        const subject = `audit.v1.${tenant}.execution`;
        const payload = encoder.encode(JSON.stringify(events));
        return {
          subject,
          payload,
          sequence: ++sequence,
          producer: 'executor',
          mac: auditMac(macKey, subject, payload),
        };
      }),
  };
}

/** Events in messages. */
export function countEvents(messages: readonly ReceivedMessage[]): number {
  return messages.reduce(
    (sum, { payload }) => sum + (JSON.parse(Buffer.from(payload).toString()) as unknown[]).length,
    0,
  );
}

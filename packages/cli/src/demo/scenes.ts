import { setTimeout as delay } from 'node:timers/promises';
import type { ToolCall } from '@patchbay/sdk';
import { makeCall, makeCalls, type Stage } from './stage.ts';

/** The caller, as HubSpot knows her. */
export interface Caller {
  readonly contactId: string;
  readonly name: string;
}

const email = 'ada@example.com';

/** 1. Who is on the line? */
export async function identifyCaller(stage: Stage): Promise<Caller | null> {
  stage.tell({ event: 'scene', scene: 'identify', title: 'Who is calling?', caller: `Hi, this is Ada, ${email}.` });
  const [found] = await makeCalls(stage, 'identify', [{ tool: 'hubspot_search_records', arguments: { query: email } }]);
  const record = (found?.output as { results?: { id: string; properties?: Record<string, string> }[] } | null)
    ?.results?.[0];
  const caller = record && {
    contactId: record.id,
    name: [record.properties?.firstname, record.properties?.lastname].filter(Boolean).join(' ') || email,
  };
  const message = caller ? `${caller.name}, HubSpot contact ${caller.contactId}.` : 'The lookup found nobody.';
  stage.tell({ event: 'result', scene: 'identify', ok: caller !== undefined, message, measured: {} });
  return caller ?? null;
}

/** 2. Everything the conversation will need, at once. The sandbox is given the latency of real services meanwhile. */
export async function twelveAtOnce(stage: Stage): Promise<void> {
  stage.tell({
    event: 'scene',
    scene: 'parallel',
    title: 'Twelve calls at once',
    caller: 'I was charged twice, and I want to meet somebody about it on Tuesday.',
  });
  const back = await stage.sandbox.behave({ do: { kind: 'delay', ms: 120, jitterMs: 280 } });
  const started = performance.now();
  const results = await makeCalls(stage, 'parallel', twelveCalls(stage.session)).finally(back);
  const together = Math.round(performance.now() - started);
  const apart = Math.round(results.reduce((sum, { timing }) => sum + timing.total_ms, 0));
  const good = results.filter(({ status }) => status === 'succeeded').length;
  stage.tell({
    event: 'result',
    scene: 'parallel',
    ok: good === results.length,
    message: `${good} of ${results.length} succeeded in ${together} ms together; one after another they take ${apart} ms. (The sandbox answers after 120 to 400 ms here.)`,
    measured: { together_ms: together, one_after_another_ms: apart },
  });
}

function twelveCalls(session: string): ToolCall[] {
  const tuesday = { start: '2026-03-03T09:00:00-05:00', end: '2026-03-03T12:00:00-05:00' };
  return [
    { tool: 'google_calendar_check_availability', arguments: { ...tuesday, time_zone: 'America/New_York' } },
    { tool: 'microsoft_calendar_check_availability', arguments: { ...tuesday, people: ['desk@contoso.example'] } },
    { tool: 'salesforce_search_records', arguments: { query: "O'Brien", record_type: 'Contact' } },
    { tool: 'hubspot_search_records', arguments: { query: 'Analytical Engines' } },
    { tool: 'slack_lookup_user', arguments: { email: 'spengler@ghostbusters.example.com' } },
    {
      tool: 'slack_post_message',
      arguments: { channel: '#sales', text: 'Ada Lovelace is on the line about a double charge.' },
      idempotencyKey: `${session}-post`,
    },
    {
      tool: 'salesforce_create_case',
      arguments: { subject: 'Charged twice in February' },
      idempotencyKey: `${session}-case`,
    },
    { tool: 'google_calendar_check_connection' },
    { tool: 'microsoft_calendar_check_connection' },
    { tool: 'salesforce_check_connection' },
    { tool: 'hubspot_check_connection' },
    { tool: 'slack_check_connection' },
  ];
}

/** 3. A call that needs what the lookup found. */
export async function dependentCall(stage: Stage, caller: Caller): Promise<void> {
  stage.tell({
    event: 'scene',
    scene: 'dependent',
    title: 'A call that needs an earlier result',
    caller: 'Please make a note that I prefer e-mail.',
  });
  const args = { contact_id: caller.contactId, note: `${caller.name} prefers e-mail.` };
  const [result] = await makeCalls(stage, 'dependent', [
    { tool: 'hubspot_add_note', arguments: args, idempotencyKey: `${stage.session}-note` },
  ]);
  const ok = result?.status === 'succeeded';
  stage.tell({
    event: 'result',
    scene: 'dependent',
    ok,
    message: ok ? `The note is on contact ${caller.contactId}, found in the first scene.` : 'The note was not added.',
    measured: {},
  });
}

/** 4. The caller speaks while a slow call runs: barge-in. */
export async function bargeIn(stage: Stage): Promise<void> {
  const tool = 'google_calendar_check_availability';
  const key = `${stage.session}-slow`;
  stage.tell({
    event: 'scene',
    scene: 'barge_in',
    title: 'Barge-in: a slow call is cancelled',
    caller: 'And on Wednesday? … No, wait, forget it.',
  });
  const back = await stage.sandbox.behave({ tool, do: { kind: 'delay', ms: 8_000 } });
  try {
    const args = { start: '2026-03-04T13:00:00Z', end: '2026-03-04T17:00:00Z' };
    stage.tell({ event: 'calls', scene: 'barge_in', tools: [tool] });
    let answeredAt = 0;
    const answer = makeCall(stage, 'barge_in', { tool, arguments: args, idempotencyKey: key }, 0).then((result) => {
      answeredAt = performance.now();
      return result;
    });
    // The person listens for a moment before speaking.
    await delay(400);
    const cancelledAt = performance.now();
    const [{ cancelled }, result] = await Promise.all([
      stage.agent.cancel({ idempotency_key: key, reason: 'barge-in' }),
      answer,
    ]);
    const toAnswer = Math.round((answeredAt - cancelledAt) * 10) / 10;
    const ok = result.status === 'cancelled' && cancelled[0]?.effect === 'aborted';
    stage.tell({
      event: 'result',
      scene: 'barge_in',
      ok,
      message: ok
        ? `The service would have taken 8 s; the agent had its answer ${toAnswer} ms after the cancel.`
        : `The call was not cancelled: ${result.status}.`,
      measured: { cancel_to_answer_ms: toAnswer },
    });
  } finally {
    await back();
  }
}

/** 5. The same request twice, as after a lost answer. */
export async function askedTwice(stage: Stage, caller: Caller): Promise<void> {
  const subject = `Charged twice in February (${stage.session})`;
  const call: ToolCall = {
    tool: 'hubspot_create_ticket',
    arguments: { subject, priority: 'HIGH', contact_id: caller.contactId },
    idempotencyKey: `${stage.session}-ticket`,
  };
  stage.tell({
    event: 'scene',
    scene: 'twice',
    title: 'Asked twice, done once',
    caller: 'Open a ticket, please. … Did you open that ticket?',
  });
  stage.tell({ event: 'calls', scene: 'twice', tools: [call.tool, call.tool] });
  const first = await makeCall(stage, 'twice', call, 0);
  const second = await makeCall(stage, 'twice', call, 1);
  const effects = (await stage.sandbox.effects(call.tool)).filter(
    ({ arguments: args }) => args.subject === subject,
  ).length;
  const ok = first.status === 'succeeded' && second.replayed && effects === 1;
  stage.tell({
    event: 'result',
    scene: 'twice',
    ok,
    message: `Two requests with one idempotency key: the service counts ${effects} ticket${effects === 1 ? '' : 's'}.`,
    measured: { effects },
  });
}

// A conversation: three calls at once, then one that is cancelled because the caller changed their mind.
import { connect } from '@patchbay/sdk';

const agent = await connect({ deadlineMs: 2_500 });
const session = `call-${Date.now()}`;
const conversation = agent.inSession({ agent: 'receptionist', session });

// 1. All at once. Each call has its own answer: one that fails takes nothing from the others.
const results = await conversation.executeAll([
  { tool: 'hubspot_search_records', arguments: { query: 'ada@example.com' } },
  { tool: 'slack_lookup_user', arguments: { email: 'spengler@ghostbusters.example.com' } },
  { tool: 'slack_post_message', arguments: { channel: '#sales' } }, // no text: refused, and nothing is sent
]);
for (const { tool, status, error, timing } of results)
  console.log(`${tool}: ${status} in ${timing.total_ms.toFixed(0)} ms${error ? ` (${error.code})` : ''}`);

// 2. The key is the model's tool-call id: asking again with it never acts twice, and cancel can name the call by it.
const key = `toolu_${session}`;
const availability = conversation.execute(
  'google_calendar_check_availability',
  { start: '2026-03-03T09:00:00-05:00', end: '2026-03-03T12:00:00-05:00' },
  { idempotencyKey: key },
);
const { cancelled } = await conversation.cancel({ idempotency_key: key, reason: 'barge-in' });
const { status } = await availability;
console.log(`barge-in: ${cancelled.length} call(s) stopped, the answer is '${status}'`);

await agent.close();

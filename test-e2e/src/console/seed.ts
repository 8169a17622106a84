import { randomUUID } from 'node:crypto';
import type { ApiKey } from '@patchbay/contracts';
import { acmeDesk } from './acme-desk.ts';
import { type Stage, sendStripe } from './stage.ts';
import { until } from './until.ts';

/** Deleting is left to a person. */
const ticketsPolicy = `@id("deleting")
@effect("require_approval")
@because("Tickets are deleted by the lead of the desk.")
forbid (principal, action, resource == Tool::"acme_desk_delete_ticket");
`;

/** What the pages have to show, by the part of their address that names it. */
export interface Seeded {
  readonly execution: string;
  readonly source: string;
  readonly rejected: string;
  readonly event: string;
}

/** Fills a system with a little of everything, over the API and by what agents and vendors do. */
export async function seed({ system, ask, addSource }: Stage): Promise<Seeded> {
  const post = { tool: 'slack_post_message', arguments: { channel: '#sales', text: 'New lead, please call back.' } };
  const context = { agent: 'receptionist', session: 'call-77' };
  const done = await system.agent.executeAll([
    ...Array.from({ length: 3 }, () => ({ ...post, context })),
    ...Array.from({ length: 9 }, () => ({ tool: 'github_check_connection', arguments: {}, context })),
    ...Array.from({ length: 8 }, () => ({
      tool: 'slack_lookup_user',
      arguments: { email: 'ada@example.com' },
      context,
    })),
    { tool: 'slack_post_message', arguments: { text: 'to nobody' }, context },
    { tool: 'stripe_refund_everything', arguments: {}, context },
  ]);

  await ask('POST', '/integrations', { text: acmeDesk() });
  await ask('POST', '/integrations', {
    text: acmeDesk('1.1.0').replace('A word of the subject.', 'One word of the subject.'),
  });
  await ask('PUT', '/toolsets/front-desk', { title: 'Front desk', tools: ['slack.*', 'hubspot.*', 'slack_sing'] });
  const { key } = await ask<{ key: ApiKey }>('POST', '/keys', {
    name: 'front desk',
    role: 'agent',
    agent: 'receptionist',
  });
  await ask('POST', '/keys', { name: 'ada', role: 'owner' });
  await ask('POST', `/keys/${key.id}/rotate`, {});

  await ask('PUT', '/audit/retention', { class: 'query', days: 4_000 });
  await ask('POST', '/audit/holds', { subject: 'call-77', reason: 'Case 2026-114' });
  await ask('PUT', '/audit/sinks/siem', { settings: { url: 'https://siem.example.com/ingest' } });

  await ask('PUT', '/policies/tickets', { text: ticketsPolicy });
  await system.agent.execute('acme_desk_delete_ticket', { number: 7 }, { context });
  const { source, secret } = await addSource('Payments');
  await ask('POST', '/webhooks/subscriptions', {
    name: 'Payments to agents',
    types: ['invoice.*'],
    target: { kind: 'nats' },
  });
  await ask('POST', '/webhooks/subscriptions', {
    name: 'Gone',
    types: ['invoice.*'],
    // Without the argument that the tool needs: given up at once.
    target: { kind: 'tool', tool: 'slack_lookup_user' },
    retry: { schedule_ms: [], jitter: 0 },
  });
  const paid = { id: `evt_${randomUUID()}`, type: 'invoice.paid', data: { amount: 4_200, customer: 'Ada' } };
  await until(async () => (await sendStripe(source, secret, paid)).status === 200 || null);
  await sendStripe(source, 'whsec_of_somebody_else', paid);

  type List<T> = { items: T[] };
  const first = <T>(path: string) => until(async () => (await ask<List<T>>('GET', path)).items[0] ?? null);
  const [event, rejected] = await Promise.all([
    first<{ id: string }>('/webhooks/events'),
    first<{ id: string }>(`/webhooks/sources/${source.id}/rejected`),
    first('/webhooks/dead-letters'),
    first('/executions'),
    first('/approvals'),
  ]);
  return { execution: done[0]?.execution_id as string, source: source.id, rejected: rejected.id, event: event.id };
}

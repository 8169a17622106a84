import type { Seeded } from './seed.ts';

export interface ConsolePage {
  /** As the screenshot is called. */
  readonly name: string;
  readonly path: string;
  /** Its heading. */
  readonly title: string | RegExp;
}

/** Every page of the console. */
export function pagesOf({ execution, source, rejected, event }: Seeded): readonly ConsolePage[] {
  return [
    { name: 'overview', path: '/', title: 'Overview' },
    { name: 'executions', path: '/executions', title: 'Executions' },
    { name: 'execution', path: `/executions/${execution}`, title: 'Execution' },
    { name: 'unknown-outcomes', path: '/executions/unknown', title: 'Unknown outcomes' },
    { name: 'analytics', path: '/analytics', title: 'Analytics' },
    { name: 'audit', path: '/audit', title: 'Audit' },
    { name: 'audit-retention', path: '/audit/retention', title: 'Retention' },
    { name: 'audit-holds', path: '/audit/holds', title: 'Legal holds' },
    { name: 'audit-sinks', path: '/audit/sinks', title: 'Sinks' },
    { name: 'audit-persons', path: '/audit/persons', title: 'Persons' },
    { name: 'tools', path: '/tools', title: 'Tools' },
    { name: 'tool', path: '/tools/slack_post_message', title: 'Post a message' },
    { name: 'tool-versions', path: '/tools/acme_desk_find_tickets/versions', title: 'Find tickets' },
    { name: 'playground', path: '/tools/slack_post_message/playground', title: 'Post a message' },
    { name: 'toolsets', path: '/toolsets', title: 'Toolsets' },
    { name: 'publish', path: '/publish', title: 'Publish an integration' },
    { name: 'connections', path: '/connections', title: 'Connections' },
    { name: 'connect', path: '/connections/new?integration=acme_desk', title: 'Connect an account' },
    { name: 'webhook-sources', path: '/webhooks', title: 'Webhook sources' },
    { name: 'webhook-source', path: `/webhooks/sources/${source}`, title: 'Payments' },
    {
      name: 'webhook-rejected',
      path: `/webhooks/sources/${source}/rejected/${rejected}`,
      title: 'A request that became no event',
    },
    { name: 'webhook-events', path: '/webhooks/events', title: 'Webhook events' },
    { name: 'webhook-event', path: `/webhooks/events/${event}`, title: 'invoice.paid' },
    { name: 'subscriptions', path: '/webhooks/subscriptions', title: 'Subscriptions' },
    { name: 'dead-letters', path: '/webhooks/dead-letters', title: 'Dead letters' },
    { name: 'policies', path: '/policies', title: 'Policies' },
    { name: 'policy', path: '/policies/tickets', title: 'tickets' },
    { name: 'approvals', path: '/approvals', title: 'Approvals' },
    { name: 'keys', path: '/keys', title: 'API keys' },
    { name: 'tenants', path: '/tenants', title: 'Tenants' },
    { name: 'about', path: '/about', title: 'About' },
    { name: 'not-found', path: '/nowhere', title: 'No such page' },
  ];
}

import type { AccessScope, LiveFilter, LiveTopic } from '@patchbay/contracts';

/** What a topic tells of, and the scope that whoever follows it must hold. `docs/live.md` has the same. */
export const liveTopics: Readonly<Record<LiveTopic, { readonly scope: AccessScope; readonly tells: string }>> = {
  executions: {
    scope: 'executions:read',
    tells: 'tool calls as they finish, and as they begin where they have an intent',
  },
  plans: { scope: 'executions:read', tells: 'calls of plans as they begin and end, and plans as they finish' },
  submissions: { scope: 'executions:read', tells: 'submissions as they finish' },
  registry: { scope: 'tools:read', tells: 'tools that appear, change, retire, are pinned or hidden' },
  circuits: { scope: 'metrics:read', tells: 'circuits that open, are probed or close' },
  connections: { scope: 'connections:read', tells: 'connections that stopped working' },
  webhooks: { scope: 'webhooks:read', tells: 'verified webhook events as they come in, without their bodies' },
  subscriptions: { scope: 'webhooks:read', tells: 'webhook subscriptions that were paused, disabled or set going' },
  approvals: { scope: 'approvals:write', tells: 'calls that wait for a person, and what the person decided' },
};

/** What the platform can follow without naming a tenant: what concerns everyone. */
export const platformTopics: readonly LiveTopic[] = ['registry', 'circuits'];

/** What a filter looks at. */
export type LiveFacets = Readonly<Partial<Record<keyof LiveFilter, string | null>>>;

/** Something that happened, on its way to those who follow its topic. */
export interface LiveDraft {
  /** With the topic and the tenant it names the event, also at other gateways. Null: it has no name of its own. */
  readonly id: string | null;
  readonly type: `dev.patchbay.${string}`;
  readonly subject: string;
  /** RFC 3339; null: now. */
  readonly time: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly facets: LiveFacets;
}

/** Hears what happens to a tenant. What it returns ends that. */
export type HearTopic = (
  tenant: string,
  topic: LiveTopic,
  tell: (draft: LiveDraft) => void,
) => { readonly ready: Promise<void>; close(): void };

export function passes(filter: LiveFilter, facets: LiveFacets): boolean {
  return Object.entries(filter).every(([name, wanted]) => facets[name as keyof LiveFilter] === wanted);
}

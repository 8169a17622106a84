import { everyTenant } from './ids.ts';
import type { AccessScope } from './messages/identity.ts';
import { inboxPrefixOf, type Permissions } from './permissions.ts';
import type { Identity } from './route-kinds.ts';
import { broadcasts, events, routes, signals } from './routes.ts';
import { wildcardSubject } from './subjects.ts';

/** Who connects to NATS by an API key or a token. */
export interface NatsAccess {
  readonly tenant: string;
  readonly scopes: ReadonlySet<AccessScope>;
  /** From `inboxPrefixOfAccess`. */
  readonly inboxPrefix: string;
}

/** The scope that each subject which agents may send to asks for. What is not here is not for keys. */
const sendScopes: Readonly<Partial<Record<string, AccessScope>>> = {
  [routes.listTools.subject]: 'tools:read',
  [routes.searchTools.subject]: 'tools:read',
  [routes.describeTools.subject]: 'tools:read',
  [routes.executeTool.subject]: 'tools:execute',
  [routes.executePlan.subject]: 'tools:execute',
  [routes.submitTool.subject]: 'tools:execute',
  [routes.getSubmissionResult.subject]: 'tools:execute',
  [routes.warmSession.subject]: 'tools:execute',
  [routes.awaitWebhook.subject]: 'tools:execute',
  [signals.streamCredit.subject]: 'tools:execute',
  [routes.cancelExecution.subject]: 'executions:cancel',
};

/** The same for the events that agents may hear. */
const hearScopes: Readonly<Partial<Record<string, AccessScope>>> = {
  [events.registryChanged.subject]: 'tools:read',
  [events.executionFinished.subject]: 'tools:execute',
  [events.planProgress.subject]: 'tools:execute',
  [events.planFinished.subject]: 'tools:execute',
  [events.submissionFinished.subject]: 'tools:execute',
  [events.webhookDelivered.subject]: 'tools:execute',
  [events.sessionWebhook.subject]: 'tools:execute',
  [events.approvalRequested.subject]: 'tools:execute',
  [events.approvalDecided.subject]: 'tools:execute',
  [events.subscriptionChanged.subject]: 'webhooks:read',
  [events.connectionExpired.subject]: 'connections:read',
};

/**
 * The inbox of a key or a token: below its tenant's agents', and nobody else's. `name` is the key's id, or `jwt_` and the
 * SHA-256 of the token's subject in base64url.
 */
export function inboxPrefixOfAccess(tenant: string, name: string): string {
  return `${inboxPrefixOf('agent', tenant)}.${name}`;
}

/** What a key or a token may do on NATS: what an agent of its tenant may, as far as its scopes go, and audit events to hear. */
export function permissionsOfAccess({ tenant, scopes, inboxPrefix }: NatsAccess): Permissions {
  const fill = (subject: string) => wildcardSubject(subject.replace('{tenant}', tenant));
  const open = (table: typeof sendScopes, subject: string) => {
    const scope = table[subject];
    return scope !== undefined && scopes.has(scope);
  };
  const publish = [...Object.values(routes), ...Object.values(broadcasts), ...Object.values(signals)]
    .filter(({ callers, subject }) => (callers as readonly Identity[]).includes('agent') && open(sendScopes, subject))
    .map(({ subject }) => fill(subject));
  const heard = Object.values(events).filter(
    ({ subscribers, subject }) => (subscribers as readonly Identity[]).includes('agent') && open(hearScopes, subject),
  );
  const subscribe = [
    `${inboxPrefix}.>`,
    ...heard.map(({ subject }) => fill(subject)),
    ...(heard.includes(events.registryChanged)
      ? [events.registryChanged.subject.replace('{tenant}', everyTenant)]
      : []),
    ...(scopes.has('webhooks:read') ? [`webhooks.v1.${tenant}.>`] : []),
    ...(scopes.has('audit:read') ? [`audit.v1.${tenant}.*`] : []),
  ];
  return { publish: publish.sort(), subscribe: subscribe.sort() };
}

/** Every subject an agent may use whose scope is decided here: a test holds them against what agents may. */
export const decidedSubjects: ReadonlySet<string> = new Set([...Object.keys(sendScopes), ...Object.keys(hearScopes)]);

/** The queue group of those who answer the server's question whether somebody may connect. */
const calloutQueue = 'gateway';

/** Subject on which a server asks who a client is; only in the account of the callout. */
export const calloutSubject = '$SYS.REQ.USER.AUTH';

/** Accounts of the server: everybody's, that of the callout, and the system's. */
export const natsAccounts = { main: 'PATCHBAY', callout: 'AUTH', system: 'SYS' } as const;

/** Who answers servers that ask, in an account of its own: nothing else is to be heard or sent there. */
export const calloutPermissions: Permissions = {
  publish: ['$SYS._INBOX.>'],
  subscribe: [`${calloutSubject} ${calloutQueue}`],
};

/** Who ends connections, in the system account: it hears of those of our account, and can do nothing but end one. */
export const kickerPermissions: Permissions = {
  publish: ['$SYS.REQ.SERVER.PING.CONNZ', '$SYS.REQ.SERVER.*.KICK'],
  subscribe: [
    '_INBOX_kicker.>',
    `$SYS.ACCOUNT.${natsAccounts.main}.CONNECT`,
    `$SYS.ACCOUNT.${natsAccounts.main}.DISCONNECT`,
  ],
};

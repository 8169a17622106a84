import {
  type AuditQuery,
  type AuditQueryResult,
  broadcasts,
  type Connection,
  type Credential,
  type ExecutorCircuits,
  type ExecutorStats,
  type GetIntegrationResult,
  type ListUnknown,
  type ListUnknownResult,
  type RegisterRequest,
  type RegisterResult,
  type RetireResult,
  routes,
  type VerifyAudit,
  type VerifyAuditResult,
} from '@patchbay/contracts';
import { connectMessaging, type Messaging } from '@patchbay/messaging';
import type { z } from 'zod';
import { type AuditAdmin, auditOver } from './audit-admin.ts';
import { type AuditLogAdmin, auditLogOver } from './audit-log-admin.ts';
import { type ConnectSettings, resolveSettings } from './config.ts';
import {
  type IssuersAdmin,
  issuersOver,
  type KeysAdmin,
  keysOver,
  type TenantsAdmin,
  tenantsOver,
} from './identity-admin.ts';
import { type IntegrationsAdmin, integrationsOver } from './integrations-admin.ts';
import { type OAuthAdmin, oauthOver } from './oauth-admin.ts';
import { type ApprovalsAdmin, approvalsOver, type PoliciesAdmin, policiesOver } from './policies-admin.ts';
import { type PrivacyAdmin, privacyOver } from './privacy-admin.ts';
import { sealSecret } from './seal-secret.ts';
import { type SubjectsAdmin, subjectsOver } from './subjects-admin.ts';
import { type SubmissionsAdmin, submissionsOver } from './submissions-admin.ts';
import { type TestedConnection, testConnection } from './test-connection.ts';
import { type ToolsetsAdmin, toolsetsOver } from './toolsets-admin.ts';
import { type VaultAdmin, vaultOver } from './vault-admin.ts';
import { type WebhooksAdmin, webhooksOver } from './webhooks/webhooks-admin.ts';

export interface NewConnection {
  readonly integration: string;
  readonly credential: Credential;
  readonly label?: string;
  readonly variables?: Record<string, string>;
  readonly makeDefault?: boolean;
}

/** What an operator can do. */
export interface Admin {
  readonly tenant: string;
  readonly messaging: Messaging;
  register(request: z.input<typeof routes.registerIntegration.request>): Promise<RegisterResult>;
  retire(integration: string, options?: { scope?: RegisterRequest['scope']; version?: string }): Promise<RetireResult>;
  integration(
    id: string,
    options?: { scope?: RegisterRequest['scope']; version?: string },
  ): Promise<GetIntegrationResult>;
  /** The credential is sealed to the vault's key here, so that nothing in between can read it. */
  addConnection(connection: NewConnection): Promise<Connection>;
  listConnections(integration?: string): Promise<Connection[]>;
  removeConnection(id: string): Promise<Connection>;
  /** Tries the connection at its upstream; see `TestedConnection`. */
  testConnection(id: string): Promise<TestedConnection>;
  /** The circuits of every executor that answers: which hosts calls are held back from, and until when. */
  circuits(filter?: { host?: string }): Promise<ExecutorCircuits[]>;
  queryAudit(query?: Partial<Omit<AuditQuery, 'tenant'>>): Promise<AuditQueryResult>;
  /** Has the audit service hold its store against the stream, a part of it at a time; `next` goes on as `after`. */
  verifyAudit(range?: Partial<Omit<VerifyAudit, 'tenant'>>): Promise<VerifyAuditResult>;
  /** Executions of which nobody knows whether they had their effect, newest first. */
  listUnknown(range?: Partial<Omit<ListUnknown, 'tenant'>>): Promise<ListUnknownResult>;
  /** What each executor counted since it started; those that do not answer in time are not in the list. */
  executorStats(): Promise<ExecutorStats[]>;
  readonly integrations: IntegrationsAdmin;
  readonly toolsets: ToolsetsAdmin;
  readonly policies: PoliciesAdmin;
  readonly privacy: PrivacyAdmin;
  readonly approvals: ApprovalsAdmin;
  readonly submissions: SubmissionsAdmin;
  readonly oauth: OAuthAdmin;
  readonly vault: VaultAdmin;
  readonly audit: AuditAdmin;
  readonly subjects: SubjectsAdmin;
  readonly keys: KeysAdmin;
  readonly issuers: IssuersAdmin;
  readonly tenants: TenantsAdmin;
  readonly webhooks: WebhooksAdmin;
  readonly auditLog: AuditLogAdmin;
  close(): Promise<void>;
}

/** Connects an operator; `tenant` is the one that connection and audit calls concern. Errors as for `connect`. */
export async function connectAdmin(settings: ConnectSettings = {}): Promise<Admin> {
  const { tenant, ...own } = resolveSettings(settings, 'admin');
  return adminOver(await connectMessaging(own), tenant);
}

/** An operator over a connection that exists already. */
export function adminOver(messaging: Messaging, tenant: string): Admin {
  return {
    tenant,
    messaging,
    register: (request) => messaging.request(routes.registerIntegration, {}, request),
    retire: (integration, options = {}) => messaging.request(routes.retireIntegration, {}, { integration, ...options }),
    integration: (integration, options = {}) =>
      messaging.request(routes.getIntegration, {}, { integration, ...options }),
    async addConnection({ integration, credential, label, variables, makeDefault }) {
      const { connection } = await messaging.request(
        routes.addConnection,
        {},
        {
          tenant,
          integration,
          sealed_credential: await sealSecret(messaging, credential),
          ...(label !== undefined && { label }),
          ...(variables !== undefined && { variables }),
          ...(makeDefault !== undefined && { make_default: makeDefault }),
        },
      );
      return connection;
    },
    async listConnections(integration) {
      return (
        await messaging.request(
          routes.listConnections,
          {},
          { tenant, ...(integration !== undefined && { integration }) },
        )
      ).connections;
    },
    async removeConnection(connection) {
      return (await messaging.request(routes.removeConnection, {}, { tenant, connection })).connection;
    },
    testConnection: (id) => testConnection(messaging, tenant, id),
    circuits: async (filter = {}) => (await messaging.request(routes.listCircuits, {}, filter)).executors,
    queryAudit: (query = {}) => messaging.request(routes.queryAudit, {}, { tenant, ...query }),
    verifyAudit: (range = {}) => messaging.request(routes.verifyAudit, {}, { tenant, ...range }),
    listUnknown: (range = {}) => messaging.request(routes.listUnknown, {}, { tenant, ...range }),
    async executorStats() {
      const answers = await messaging.askEvery(broadcasts.executorStats, {});
      return answers.sort((a, b) => a.instance.localeCompare(b.instance));
    },
    integrations: integrationsOver(messaging),
    toolsets: toolsetsOver(messaging),
    auditLog: auditLogOver(messaging, tenant),
    policies: policiesOver(messaging, tenant),
    privacy: privacyOver(messaging, tenant),
    approvals: approvalsOver(messaging, tenant),
    submissions: submissionsOver(messaging, tenant),
    oauth: oauthOver(messaging, tenant),
    vault: vaultOver(messaging, tenant),
    audit: auditOver(messaging, tenant),
    subjects: subjectsOver(messaging, tenant),
    keys: keysOver(messaging, tenant),
    issuers: issuersOver(messaging, tenant),
    tenants: tenantsOver(messaging),
    webhooks: webhooksOver(messaging, tenant),
    close: () => messaging.close(),
  };
}

import { routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint, type RequestContext } from '@patchbay/messaging';
import { traceIdOf } from '@patchbay/service-kit';
import type { getConnect } from './oauth/get-connect.ts';
import type { removeOAuthClient, setOAuthClient } from './oauth/set-oauth-client.ts';
import type { startConnect } from './oauth/start-connect.ts';
import type { addConnection } from './operations/add-connection.ts';
import { reportAlteredStore } from './operations/altered-store.ts';
import type { getVaultKey } from './operations/get-vault-key.ts';
import type { leaseCredential } from './operations/lease-credential.ts';
import type { listConnections } from './operations/list-connections.ts';
import type { listJobs } from './operations/list-jobs.ts';
import type { Caller, Report } from './operations/ports.ts';
import type { removeConnection } from './operations/remove-connection.ts';
import type { revertCredential, rotateCredential } from './operations/rotate-credential.ts';
import type { setConnectionHealth } from './operations/set-connection-health.ts';
import type { startConnectionErasure, startTenantErasure } from './operations/start-erasure.ts';
import type { startRewrap } from './operations/start-rewrap.ts';
import type { startRotation } from './operations/start-rotation.ts';
import type { dropSecrets } from './secrets/drop-secrets.ts';
import type { keepSecret } from './secrets/keep-secret.ts';
import type { lendSecrets } from './secrets/lend-secrets.ts';
import type { ServiceCaller } from './secrets/secret-caller.ts';
import type { destroySubject } from './subjects/destroy-subject.ts';
import type { findSubject } from './subjects/find-subject.ts';
import type { lendSubjectKey } from './subjects/lend-subject-key.ts';
import type { lendTokenKey } from './subjects/lend-token-key.ts';

export interface VaultOperations {
  readonly setConnectionHealth: ReturnType<typeof setConnectionHealth>;
  readonly setOAuthClient: ReturnType<typeof setOAuthClient>;
  readonly removeOAuthClient: ReturnType<typeof removeOAuthClient>;
  readonly startConnect: ReturnType<typeof startConnect>;
  readonly getConnect: ReturnType<typeof getConnect>;
  readonly leaseCredential: ReturnType<typeof leaseCredential>;
  readonly getVaultKey: ReturnType<typeof getVaultKey>;
  readonly addConnection: ReturnType<typeof addConnection>;
  readonly listConnections: ReturnType<typeof listConnections>;
  readonly removeConnection: ReturnType<typeof removeConnection>;
  readonly rotateTenantKey: ReturnType<typeof startRotation>;
  readonly rewrapKeys: ReturnType<typeof startRewrap>;
  readonly eraseTenant: ReturnType<typeof startTenantErasure>;
  readonly eraseConnection: ReturnType<typeof startConnectionErasure>;
  readonly rotateCredential: ReturnType<typeof rotateCredential>;
  readonly revertCredential: ReturnType<typeof revertCredential>;
  readonly listVaultJobs: ReturnType<typeof listJobs>;
  readonly keepSecret: ReturnType<typeof keepSecret>;
  readonly lendSecrets: ReturnType<typeof lendSecrets>;
  readonly dropSecrets: ReturnType<typeof dropSecrets>;
  readonly lendTokenKey: ReturnType<typeof lendTokenKey>;
  readonly lendSubjectKey: ReturnType<typeof lendSubjectKey>;
  readonly findSubject: ReturnType<typeof findSubject>;
  readonly destroySubject: ReturnType<typeof destroySubject>;
}

const callerOf = ({ traceparent, budgetMs }: RequestContext): Caller => ({ traceId: traceIdOf(traceparent), budgetMs });

/** Of a route whose subject names the service that may write to it. */
const serviceCallerOf = (context: RequestContext): ServiceCaller => ({
  ...callerOf(context),
  service: context.values.caller ?? '',
});

/** These give their own alerts, with what they know more. */
const selfReporting: readonly unknown[] = [
  routes.leaseCredential,
  routes.lendSecrets,
  routes.lendTokenKey,
  routes.lendSubjectKey,
];

/**
 * Everything the vault answers. Who may ask is in contracts, and the server enforces it. `report` hears of stored rows that
 * an operation met and that no vault wrote.
 */
export function vaultEndpoints(operations: VaultOperations, report: Report): AnyEndpoint[] {
  return endpointsOf(operations).map((one) => (selfReporting.includes(one.route) ? one : watched(one, report)));
}

function endpointsOf(operations: VaultOperations): AnyEndpoint[] {
  return [
    endpoint('lease-credential', routes.leaseCredential, (body, context) =>
      operations.leaseCredential(body, callerOf(context)),
    ),
    endpoint('get-vault-key', routes.getVaultKey, () => operations.getVaultKey()),
    endpoint('add-connection', routes.addConnection, (body, context) =>
      operations.addConnection(body, callerOf(context)),
    ),
    endpoint('list-connections', routes.listConnections, (body, context) =>
      operations.listConnections(body, callerOf(context)),
    ),
    endpoint('remove-connection', routes.removeConnection, (body, context) =>
      operations.removeConnection(body, callerOf(context)),
    ),
    endpoint('set-connection-health', routes.setConnectionHealth, (body) => operations.setConnectionHealth(body)),
    endpoint('set-oauth-client', routes.setOAuthClient, (body, context) =>
      operations.setOAuthClient(body, callerOf(context)),
    ),
    endpoint('remove-oauth-client', routes.removeOAuthClient, (body, context) =>
      operations.removeOAuthClient(body, callerOf(context)),
    ),
    endpoint('start-connect', routes.startConnect, (body, context) => operations.startConnect(body, callerOf(context))),
    endpoint('get-connect', routes.getConnect, (body, context) => operations.getConnect(body, callerOf(context))),
    endpoint('rotate-tenant-key', routes.rotateTenantKey, (body, context) =>
      operations.rotateTenantKey(body, callerOf(context)),
    ),
    endpoint('rewrap-keys', routes.rewrapKeys, (_body, context) => operations.rewrapKeys(callerOf(context))),
    endpoint('erase-tenant', routes.eraseTenant, (body, context) => operations.eraseTenant(body, callerOf(context))),
    endpoint('erase-connection', routes.eraseConnection, (body, context) =>
      operations.eraseConnection(body, callerOf(context)),
    ),
    endpoint('rotate-credential', routes.rotateCredential, (body, context) =>
      operations.rotateCredential(body, callerOf(context)),
    ),
    endpoint('revert-credential', routes.revertCredential, (body, context) =>
      operations.revertCredential(body, callerOf(context)),
    ),
    endpoint('list-vault-jobs', routes.listVaultJobs, (body) => operations.listVaultJobs(body)),
    endpoint('keep-secret', routes.keepSecret, (body, context) =>
      operations.keepSecret(body, serviceCallerOf(context)),
    ),
    endpoint('lend-secrets', routes.lendSecrets, (body, context) =>
      operations.lendSecrets(body, serviceCallerOf(context)),
    ),
    endpoint('drop-secrets', routes.dropSecrets, (body, context) =>
      operations.dropSecrets(body, serviceCallerOf(context)),
    ),
    endpoint('lend-token-key', routes.lendTokenKey, (body, context) =>
      operations.lendTokenKey(body, serviceCallerOf(context)),
    ),
    endpoint('lend-subject-key', routes.lendSubjectKey, (body, context) =>
      operations.lendSubjectKey(body, serviceCallerOf(context)),
    ),
    endpoint('find-subject', routes.findSubject, (body, context) => operations.findSubject(body, callerOf(context))),
    endpoint('destroy-subject', routes.destroySubject, (body, context) =>
      operations.destroySubject(body, callerOf(context)),
    ),
  ];
}

/** The endpoint, with an alert when it fails because of an altered store. */
function watched(one: AnyEndpoint, report: Report): AnyEndpoint {
  const handler: AnyEndpoint['handler'] = async (body, context) => {
    try {
      return await one.handler(body, context);
    } catch (error) {
      reportAlteredStore(report, error, { operation: one.name, ...subjectOf(body) });
      throw error;
    }
  };
  return { ...one, handler };
}

/** What a request is about, of the fields that hold ids. */
function subjectOf(body: unknown): Record<string, unknown> {
  const fields = ['tenant', 'scope', 'integration', 'connection', 'connect', 'owner', 'secret_id'];
  return Object.fromEntries(Object.entries(body ?? {}).filter(([name]) => fields.includes(name)));
}

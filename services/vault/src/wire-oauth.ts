import { createEgress } from '@patchbay/egress';
import { openTenantRules } from '@patchbay/egress/tenant-rules-file';
import type { Messaging } from '@patchbay/messaging';
import { openRegistryCopy } from '@patchbay/registry-copy';
import type { Logger } from '@patchbay/service-kit';
import { createNatsConnects } from './adapters/nats-connects.ts';
import { createNatsOAuthClients } from './adapters/nats-oauth-clients.ts';
import { createNatsRefreshRecords } from './adapters/nats-refresh-records.ts';
import { createRegistryDocuments } from './adapters/registry-documents.ts';
import type { VaultConfig } from './config.ts';
import { createConnectPages } from './http/connect-pages.ts';
import type { ConnectPorts } from './oauth/connect-ports.ts';
import { createConnectSecrets } from './oauth/connect-secrets.ts';
import { finishConnect } from './oauth/finish-connect.ts';
import { followConnect } from './oauth/follow-connect.ts';
import { getConnect } from './oauth/get-connect.ts';
import { createRefreshCredential, type RefreshPorts } from './oauth/refresh-credential.ts';
import { createRevokeUpstream } from './oauth/revoke-upstream.ts';
import { removeOAuthClient, setOAuthClient } from './oauth/set-oauth-client.ts';
import { startConnect } from './oauth/start-connect.ts';

type Wired = Omit<
  ConnectPorts & RefreshPorts,
  'connects' | 'documents' | 'clients' | 'refreshes' | 'egress' | 'secrets' | 'publicUrl'
>;

/** The parts of the vault that speak OAuth: what they serve, and how they end. */
export async function wireOAuth(config: VaultConfig, messaging: Messaging, log: Logger, ports: Wired) {
  const copy = await openRegistryCopy({
    messaging,
    onError: (problem) => log.error({ err: problem }, 'a registry entry was left out'),
  });
  const rules = openTenantRules({
    path: config.tenantPoliciesFile,
    onApplied: (tenants) => log.info({ tenants }, 'tenant policies applied'),
    onError: (error) => log.error({ err: error }, 'tenant policies not changed: the file cannot be used'),
  });
  const egress = createEgress({
    rulesOf: rules.of,
    trustedOrigins: config.trustedOrigins,
    ...(config.dialOverride !== null && { dialOverride: config.dialOverride }),
    onRefused: (refusal) => log.warn({ refusal }, 'egress refused'),
  });
  const documents = createRegistryDocuments(copy);
  const clients = createNatsOAuthClients(await messaging.bucket('oauth_clients'), ports.cipher, ports.now);
  const all = {
    ...ports,
    documents,
    clients,
    egress,
    connects: createNatsConnects(await messaging.bucket('connects'), config.sealingSeed),
    refreshes: createNatsRefreshRecords(await messaging.bucket('refreshes')),
    secrets: createConnectSecrets(config.sealingSeed),
    publicUrl: config.connect?.publicUrl ?? null,
  };
  const pages =
    config.connect === null
      ? null
      : createConnectPages({
          followConnect: followConnect(all),
          finishConnect: finishConnect(all),
          report: ports.report,
          publicUrl: config.connect.publicUrl,
        });
  if (pages !== null && config.connect !== null) {
    const { host, port } = config.connect;
    const url = await pages.listen({ host, port });
    log.info({ url, public_url: config.connect.publicUrl }, 'connect pages ready');
  }
  return {
    refresh: createRefreshCredential(all),
    revokeUpstream: createRevokeUpstream(all),
    operations: {
      setOAuthClient: setOAuthClient(all),
      removeOAuthClient: removeOAuthClient(all),
      startConnect: startConnect(all),
      getConnect: getConnect(all),
    },
    /** Takes no more browsers; to be called first. */
    async stopPages(): Promise<void> {
      await pages?.close();
    },
    async close(): Promise<void> {
      copy.close();
      rules.close();
      await egress.close();
    },
  };
}

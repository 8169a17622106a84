import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ShippedChoice } from '@patchbay/catalog';
import type { ServiceName } from '@patchbay/contracts';
import { type LocalKeys, seedFileOf } from '@patchbay/local-servers';
import type { DatabasePlace } from './config.ts';
import type { StateDirectory } from './state-directory.ts';

export interface Installation {
  readonly state: StateDirectory;
  readonly keys: LocalKeys;
  readonly natsUrls: readonly string[];
  /** File with the Redis URL; it carries the password. */
  readonly redisUrlFile: string;
  /** The origin that executors dial every upstream at; null: they call the real hosts. */
  readonly sandboxUrl: string | null;
  readonly database: DatabasePlace;
  readonly logLevel: string;
  readonly seedCatalog: ShippedChoice;
  /** The folder whose files are integrations; null: none. */
  readonly integrationsDir: string | null;
  /** Programs that executors may run as MCP servers; empty for none. */
  readonly mcpCommands: string;
  /** Port on the loopback that webhooks come to. */
  readonly ingressPort: number;
  /** Whether several processes listen on it. */
  readonly sharedIngressPort: boolean;
  /** Port on the loopback that the API is served at. */
  readonly gatewayPort: number;
  /** Whether all services share one event loop, which then lags for reasons that are not the gateway's. */
  readonly oneProcess: boolean;
}

/**
 * The variables of one service process: the same whether it runs alone or beside the others. `spool` names its directory for
 * audit records that the stream does not take.
 */
export function serviceEnvironment(
  installation: Installation,
  service: ServiceName,
  instance: string,
  spool = instance,
): Record<string, string> {
  const { keys, state } = installation;
  const base = {
    PATCHBAY_NATS_URLS: installation.natsUrls.join(','),
    PATCHBAY_NKEY_SEED_FILE: seedFileOf(keys, service),
    PATCHBAY_MODE: 'development',
    PATCHBAY_LOG_LEVEL: installation.logLevel,
    PATCHBAY_LOG_FILE: join(state.logs, `${instance}.log`),
    PATCHBAY_INSTANCE: instance,
    PATCHBAY_AUDIT_MAC_KEY_FILE: keys.auditMacKeyFiles[service],
    PATCHBAY_AUDIT_SPOOL_DIR: join(state.spool, spool),
  };
  return { ...base, ...ownVariables(installation, service) };
}

function ownVariables(installation: Installation, service: ServiceName): Record<string, string> {
  const { keys, state, redisUrlFile, sandboxUrl, database, seedCatalog, integrationsDir, ingressPort, mcpCommands } =
    installation;
  switch (service) {
    case 'registry':
      return {
        PATCHBAY_REGISTRY_SEED_CATALOG:
          typeof seedCatalog === 'boolean' ? String(seedCatalog) : `${seedCatalog.join(',')},`,
        ...(integrationsDir !== null && { PATCHBAY_REGISTRY_FOLDER: integrationsDir }),
      };
    case 'executor':
      return {
        PATCHBAY_REDIS_URL_FILE: redisUrlFile,
        ...(sandboxUrl !== null && { PATCHBAY_EGRESS_DIAL_OVERRIDE: sandboxUrl }),
        ...(mcpCommands !== '' && { PATCHBAY_MCP_COMMANDS: mcpCommands }),
      };
    case 'vault':
      return {
        PATCHBAY_KMS_PROVIDER: 'local',
        PATCHBAY_LOCAL_KMS_KEY_FILE: keys.localKmsKeyFile,
        PATCHBAY_VAULT_XKEY_SEED_FILE: keys.vaultXkeySeedFile,
        PATCHBAY_VAULT_ROOTS_DIR: state.roots,
        PATCHBAY_VAULT_ERASURES_FILE: state.erasures,
      };
    case 'webhook-ingress':
      return {
        PATCHBAY_REDIS_URL_FILE: redisUrlFile,
        PATCHBAY_INGRESS_PORT: String(ingressPort),
        ...(installation.sharedIngressPort && { PATCHBAY_INGRESS_SHARED_PORT: 'true' }),
        PATCHBAY_INGRESS_PUBLIC_URL: webhooksUrl(ingressPort),
      };
    case 'webhook-delivery':
      return {};
    case 'gateway':
      return {
        PATCHBAY_GATEWAY_PORT: String(installation.gatewayPort),
        PATCHBAY_GATEWAY_PEPPER_FILE: keys.gatewayPepperFile,
        PATCHBAY_GATEWAY_CALLOUT_DIR: keys.callout.dir,
        // What all share lags for reasons that are not the gateway's, and a second without one turn of it counts as endless.
        ...(installation.oneProcess && { PATCHBAY_GATEWAY_MAX_LAG_MS: '0' }),
      };
    case 'audit':
      return {
        ...('url' in database
          ? { PATCHBAY_DATABASE_URL: database.url }
          : { PATCHBAY_DATABASE_URL_FILE: database.urlFile }),
        PATCHBAY_AUDIT_MAC_KEYS_DIR: join(state.keys, 'audit-mac'),
        PATCHBAY_AUDIT_CHECKPOINT_KEY_FILE: keys.auditCheckpointKeyFile,
        PATCHBAY_AUDIT_CHECKPOINTS: pathToFileURL(state.checkpoints).href,
      };
  }
}

/** Where webhooks come to on this machine; a tunnel or a proxy stands before it for vendors. */
export function webhooksUrl(ingressPort: number): string {
  return `http://127.0.0.1:${ingressPort}`;
}

/** Where the API is served on this machine. */
export function gatewayUrl(gatewayPort: number): string {
  return `http://127.0.0.1:${gatewayPort}`;
}

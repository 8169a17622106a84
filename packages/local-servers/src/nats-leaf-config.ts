import { natsAccounts } from '@patchbay/contracts';
import type { IdentityKey } from './identity-keys.ts';
import { renderUser } from './nats-config.ts';

export interface NatsLeafOptions {
  readonly serverName: string;
  /** Where the tenant's agents connect. */
  readonly host: string;
  readonly port: number;
  /** For those agents; without it they speak in clear, which is for the loopback. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** `host:port` at which Patchbay's servers take leaves. */
  readonly hubs: readonly string[];
  /** File with the authority that signed the hubs' certificates; without it the hubs speak in clear. */
  readonly hubCaFile?: string;
  /** Seed of the tenant's agent: the leaf comes in as that one. Secret; a leaf's server takes it in no file of its own. */
  readonly seed: string;
  /** The tenant's agent, whom the leaf lets in itself. */
  readonly agent: Pick<IdentityKey, 'identity' | 'tenant' | 'publicKey'>;
  /** Largest message, in bytes. */
  readonly maxPayloadBytes: number;
}

/**
 * The configuration of a leaf: a nats-server beside a tenant's agents, which passes on what they ask over one connection. It comes
 * in as the tenant's agent, so that it cannot do more than that one, whatever is made of it. It keeps no stream. The text holds
 * the agent's seed: its file is for the server alone, mode 0600.
 */
export function renderNatsLeafConfig(options: NatsLeafOptions): string {
  const { hubs, hubCaFile, tls } = options;
  const config = {
    server_name: options.serverName,
    host: options.host,
    port: options.port,
    max_payload: options.maxPayloadBytes,
    ping_interval: '2s',
    ping_max: 2,
    ...(tls !== undefined && { tls: { cert_file: tls.certFile, key_file: tls.keyFile, min_version: '1.3' } }),
    accounts: {
      [natsAccounts.main]: { users: [renderUser(options.agent)] },
      [natsAccounts.system]: {},
    },
    system_account: natsAccounts.system,
    leafnodes: {
      remotes: [
        {
          urls: hubs.map((hub) => `${hubCaFile === undefined ? 'nats-leaf' : 'tls'}://${hub}`),
          account: natsAccounts.main,
          nkey: options.seed,
          ...(hubCaFile !== undefined && { tls: { ca_file: hubCaFile, min_version: '1.3' } }),
        },
      ],
    },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

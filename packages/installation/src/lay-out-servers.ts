import { readFileSync } from 'node:fs';
import { type LocalKeys, renderNatsConfig, renderNatsLeafConfig, seedFileOf } from '@patchbay/local-servers';
import type { InstallationPlan } from './lay-out.ts';
import { maxPayloadBytes, natsConfigs, placesNamed, usualPorts } from './nats/topology.ts';

export interface ServerSecrets {
  readonly redisPassword: string;
  readonly postgresPassword: string;
  readonly routes: string;
  readonly gateways: string;
}

/** Puts a file of a part into its directory, which is made if need be. */
export type WriteFile = (part: readonly string[], name: string, text: string) => void;

/** What the nats-servers, Redis and PostgreSQL are started with, and the leaves of tenants that have keys. */
export function layOutServers(plan: InstallationPlan, keys: LocalKeys, secrets: ServerSecrets, write: WriteFile): void {
  const { natsTlsDir = null, natsLeaves = false } = plan;
  const clusters = plan.natsClusters ?? { patchbay: plan.natsHosts };
  const caFile = `${natsTlsDir}/ca.crt`;
  const configs = natsConfigs(
    {
      clusters: Object.fromEntries(Object.entries(clusters).map(([name, hosts]) => [name, placesNamed(hosts)])),
      tlsOf:
        natsTlsDir === null
          ? null
          : (server) => ({
              certFile: `${natsTlsDir}/${server}.crt`,
              keyFile: `${natsTlsDir}/${server}.key`,
              caFile,
            }),
      leaves: natsLeaves,
      store: plan.natsStore,
      maxFileBytes: plan.natsMaxFileBytes,
      syncInterval: plan.natsSync,
    },
    keys,
    secrets,
  );
  for (const [server, config] of configs) write(['nats'], `${server}.conf`, renderNatsConfig(config));
  if (natsLeaves)
    for (const agent of keys.identities)
      if (agent.identity === 'agent' && agent.tenant !== undefined)
        write(
          ['tenants', agent.tenant],
          'leaf.conf',
          renderNatsLeafConfig({
            serverName: `leaf-${agent.tenant}`,
            host: '127.0.0.1',
            port: usualPorts.clients,
            hubs: [...configs.keys()].map((server) => `${server}:${usualPorts.leaves}`),
            ...(natsTlsDir !== null && { hubCaFile: caFile }),
            seed: readFileSync(seedFileOf(keys, 'agent', agent.tenant), 'utf8').trim(),
            agent,
            maxPayloadBytes,
          }),
        );
  // It keeps nothing on disk: what Patchbay holds there can be made again, and an eviction would forget a counter.
  const redis = [
    'port 6379',
    'protected-mode yes',
    `requirepass ${secrets.redisPassword}`,
    'save ""',
    'appendonly no',
    'maxmemory 256mb',
    'maxmemory-policy noeviction',
  ];
  write(['redis'], 'redis.conf', `${redis.join('\n')}\n`);
  write(['redis'], 'password', `${secrets.redisPassword}\n`);
  write(['postgres'], 'password', secrets.postgresPassword);
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installationIdentities, renderNatsConfig, renderNatsLeafConfig } from '@patchbay/local-servers';
import { maxPayloadBytes, type NatsKeys, type NatsTopology, natsConfigs, placesNamed, usualPorts } from './topology.ts';

/** Where servers keep what lay-out writes, in the examples. */
const places = { store: '/data', tls: '/etc/patchbay/tls' };
const tenant = 'demo';

const variable = (name: string) => `$PATCHBAY_${name.toUpperCase().replace(/\W/g, '_')}`;

/** Whoever has an installation has keys of its own: in an example each is a variable of the server's environment. */
const keys: NatsKeys = {
  identities: [
    ...installationIdentities.map((identity) => ({ identity, seedFile: '', publicKey: variable(`${identity}_nkey`) })),
    ...(['agent', 'auditor'] as const).map((identity) => ({
      identity,
      tenant,
      seedFile: '',
      publicKey: variable(`${identity}_nkey`),
    })),
  ],
  callout: {
    calloutPublicKey: variable('callout_nkey'),
    kickerPublicKey: variable('kicker_nkey'),
    issuerPublicKey: variable('issuer_nkey'),
    xkeyPublicKey: variable('callout_xkey'),
  },
};
const secrets = { routes: variable('routes_password'), gateways: variable('gateways_password') };

const common: Pick<NatsTopology, 'store' | 'maxFileBytes' | 'tlsOf'> = {
  store: places.store,
  maxFileBytes: 10 * 1024 ** 3,
  tlsOf: (server) => ({
    certFile: `${places.tls}/${server}.crt`,
    keyFile: `${places.tls}/${server}.key`,
    caFile: `${places.tls}/ca.crt`,
  }),
};
const three = (prefix: string) => placesNamed([1, 2, 3].map((number) => `${prefix}-${number}`));

const topologies: Readonly<Record<string, { readonly says: string; readonly topology: NatsTopology }>> = {
  server: {
    says: 'One nats-server with TLS.',
    topology: {
      ...common,
      clusters: { patchbay: placesNamed(['nats']) },
      leaves: false,
      syncInterval: 'always',
    },
  },
  cluster: {
    says: 'Three nats-servers that keep each stream thrice, and take leaves.',
    topology: { ...common, clusters: { patchbay: three('nats') }, leaves: true, syncInterval: 'always' },
  },
  supercluster: {
    says: 'Two clusters in two regions that are one system.',
    topology: {
      ...common,
      clusters: { east: three('nats-east'), west: three('nats-west') },
      leaves: false,
      syncInterval: 'always',
    },
  },
};

/** Files of `deploy/nats`, by their paths in it. Who may do what is the same everywhere, and stands in one of them. */
export function renderNatsExamples(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [name, { says, topology }] of Object.entries(topologies)) {
    const configs = natsConfigs(topology, keys, secrets);
    for (const [server, config] of configs) {
      const { authorization, accounts, system_account, ...own } = JSON.parse(renderNatsConfig(config));
      const alone = configs.size === 1;
      files.set(
        'accounts.conf',
        exampleOf('Who may do what, for every server.', { authorization, accounts, system_account }),
      );
      files.set(
        alone ? `${name}.conf` : `${name}/${server}.conf`,
        exampleOf(says, own, alone ? './accounts.conf' : '../accounts.conf'),
      );
    }
  }
  const leaf = renderNatsLeafConfig({
    serverName: `leaf-${tenant}`,
    host: '127.0.0.1',
    port: usualPorts.clients,
    hubs: three('nats').map(({ address }) => `${address}:${usualPorts.leaves}`),
    hubCaFile: `${places.tls}/ca.crt`,
    seed: variable('agent_seed'),
    agent: keys.identities.find(({ identity }) => identity === 'agent') as NatsKeys['identities'][number],
    maxPayloadBytes,
  });
  const says = `A leaf beside the agents of tenant ${tenant}, which comes in as that tenant's agent.`;
  return files.set('leaf.conf', exampleOf(says, JSON.parse(leaf)));
}

/** The server reads variables outside of quotes only, and whole values at that: what stands for a URL is one, too. */
function exampleOf(says: string, config: object, include: string | null = null): string {
  const text = JSON.stringify(config, null, 2)
    .replace(/"nats-route:\/\/route:\$\w+@([\w.-]+):\d+"/g, (_all, host: string) => variable(`route_to_${host}`))
    .replace(/"nats:\/\/gateway:\$\w+@([\w.-]+):\d+"/g, (_all, host: string) => variable(`gateway_to_${host}`))
    .replace(/"(\$PATCHBAY_\w+)"/g, '$1');
  return `# ${says} Written by \`npm run deploy:nats\` from
# packages/installation/src/nats: do not edit by hand, a test compares. It is what lay-out writes, with variables of the
# server's environment for keys and secrets: docs/nats-deployments.md.
${include === null ? text : text.replace('{', `{\n  include ${include}`)}
`;
}

if (import.meta.main) {
  const dir = fileURLToPath(new URL('../../../../deploy/nats', import.meta.url));
  for (const [name, text] of renderNatsExamples()) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
}

import { notPublicNetworks } from '@patchbay/egress';
import { type Part, parts, type Reach } from './parts.ts';
import { type KubernetesObject, labelsOf } from './workload.ts';

const port = (number: number, protocol = 'TCP') => ({ protocol, port: number });
const inNamespace = (podSelector: object) => ({ podSelector });

/** Names are asked of the cluster's own server alone. */
const dns = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: [port(53, 'UDP'), port(53)],
};
const nats = { to: [inNamespace({ matchLabels: { 'app.kubernetes.io/name': 'nats' } })], ports: [port(4222)] };

/**
 * Where each reach leads. The internet is what the egress guard calls public: the same list, so that what slips past the one
 * meets the other.
 */
const ways: Readonly<Record<Reach, object>> = {
  redis: { to: [inNamespace({ matchLabels: { 'app.kubernetes.io/name': 'redis' } })], ports: [port(6379)] },
  postgres: { to: [inNamespace({ matchLabels: { 'app.kubernetes.io/name': 'postgres' } })], ports: [port(5432)] },
  internet: {
    to: [
      { ipBlock: { cidr: '0.0.0.0/0', except: notPublicNetworks.filter((network) => !network.includes(':')) } },
      { ipBlock: { cidr: '2000::/3', except: notPublicNetworks.filter((network) => network.includes(':')) } },
    ],
    ports: [port(443), port(80)],
  },
};

/** Nothing reaches anything, but for what a part is made to reach. */
export function networkPolicies(): KubernetesObject[] {
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'nothing-by-default' },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    },
    ...parts.map(policyOf),
    policy('provision', [dns, nats], []),
  ];
}

function policyOf(part: Part): KubernetesObject {
  const outward = [dns, nats, ...part.reaches.map((reach) => ways[reach])];
  // From the ingress controller, in whatever namespace that one is; probes come from the node itself.
  const inward =
    part.port === undefined
      ? []
      : [
          {
            from: [{ namespaceSelector: { matchLabels: { 'patchbay.dev/ingress': 'true' } } }],
            ports: [port(part.port)],
          },
        ];
  return policy(part.service, outward, inward);
}

function policy(name: string, egress: readonly object[], ingress: readonly object[]): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name },
    spec: { podSelector: { matchLabels: labelsOf(name) }, policyTypes: ['Ingress', 'Egress'], ingress, egress },
  };
}

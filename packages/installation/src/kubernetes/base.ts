import { natsAccounts, submissionConsumer } from '@patchbay/contracts';
import { networkPolicies } from './network-policies.ts';
import { parts } from './parts.ts';
import {
  externalSecret,
  hardened,
  image,
  type KubernetesObject,
  labelsOf,
  ownSecrets,
  podSecurity,
  workloadOf,
} from './workload.ts';

/** Least and most executors, and the share of the processor asked for at which there is one more. */
const executors = { least: 3, most: 40, cpuPercent: 60, waitingSubmissions: 200 };

/** Every object of the base, by the file that it is written to. */
export function kubernetesBase(): Readonly<Record<string, readonly KubernetesObject[]>> {
  return {
    'foundation.yaml': foundation(),
    ...Object.fromEntries(parts.map((part) => [`${part.service}.yaml`, workloadOf(part)])),
    'network-policies.yaml': networkPolicies(),
    'scaling.yaml': scaling(),
  };
}

function foundation(): KubernetesObject[] {
  const seed = { 'nkey.seed': 'nkey.seed' };
  const secrets = ownSecrets('provision', seed);
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'patchbay' },
      data: {
        PATCHBAY_NATS_URLS: 'nats://nats:4222',
        PATCHBAY_MODE: 'production',
        PATCHBAY_LOG_LEVEL: 'info',
        PATCHBAY_KMS_KEY_ID: 'alias/patchbay',
        PATCHBAY_AUDIT_CHECKPOINTS: 's3://patchbay-audit/checkpoints',
      },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'vault-roots' },
      // Several vaults, on several nodes, see the same roots. Encrypted, mirrored, and in no backup: docs/operations.md says why.
      spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } },
    },
    externalSecret('provision', seed),
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'provision', labels: labelsOf('provision') },
      spec: {
        backoffLimit: 10,
        ttlSecondsAfterFinished: 3_600,
        template: {
          metadata: { labels: labelsOf('provision') },
          spec: {
            restartPolicy: 'OnFailure',
            automountServiceAccountToken: false,
            securityContext: podSecurity,
            initContainers: [secrets.initContainer],
            containers: [
              {
                name: 'provision',
                image,
                args: [
                  'packages/installation/src/main.ts',
                  'provision',
                  '--nats=nats',
                  '--replicas=3',
                  `--seed=${secrets.mount.mountPath}/nkey.seed`,
                ],
                securityContext: hardened,
                resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '256Mi' } },
                volumeMounts: [secrets.mount],
              },
            ],
            volumes: secrets.volumes,
          },
        },
      },
    },
  ];
}

/** Executors follow the processor, and submissions that wait: JetStream's own count of its durable. */
function scaling(): KubernetesObject[] {
  return [
    {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'executor' },
      spec: {
        scaleTargetRef: { name: 'executor' },
        minReplicaCount: executors.least,
        maxReplicaCount: executors.most,
        pollingInterval: 15,
        // An executor that goes drains; to go and come again costs warm sockets and circuits.
        cooldownPeriod: 300,
        triggers: [
          { type: 'cpu', metricType: 'Utilization', metadata: { value: String(executors.cpuPercent) } },
          {
            type: 'nats-jetstream',
            metadata: {
              natsServerMonitoringEndpoint: 'nats-headless:8222',
              account: natsAccounts.main,
              stream: submissionConsumer.stream,
              consumer: submissionConsumer.durable,
              lagThreshold: String(executors.waitingSubmissions),
            },
          },
        ],
      },
    },
  ];
}

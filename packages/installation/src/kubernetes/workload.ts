import { type Part, secretsPath } from './parts.ts';

/** Any object of the cluster's. */
export type KubernetesObject = Readonly<Record<string, unknown>> & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
};

/** The image's name in the base; an overlay says which it is. */
export const image = 'patchbay';
/** The processes' user and group, which the image names too. */
const user = 10_001;
const healthPort = 9090;
/** Milliseconds of a drain, and what the endpoints' lists take to forget a pod. */
const drainS = 20;
const forgetS = 5;

export const labelsOf = (service: string) => ({
  'app.kubernetes.io/name': service,
  'app.kubernetes.io/part-of': 'patchbay',
});

/** Without rights, capabilities or a file system that can be written. */
export const hardened = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** How a service runs, who reaches it, how many may be away at once, and where its secrets come from. */
export function workloadOf(part: Part): KubernetesObject[] {
  return [
    account(part),
    externalSecret(part.service, part.secrets),
    deployment(part),
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: part.service },
      spec: { maxUnavailable: 1, selector: { matchLabels: labelsOf(part.service) } },
    },
    ...(part.port === undefined ? [] : [service(part.service, part.port)]),
  ];
}

/** It is nobody to the cluster: no service asks the API server for anything. */
function account({ service: name }: Part): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name }, automountServiceAccountToken: false };
}

function service(name: string, port: number): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: labelsOf(name), ports: [{ name: 'http', port, targetPort: 'http' }] },
  };
}

/** From whatever store the cluster has: each part's entry holds its own files alone, as `lay-out` makes them. */
export function externalSecret(name: string, files: Part['secrets']): KubernetesObject {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'SecretStore', name: 'patchbay' },
      target: { name: `${name}-keys`, creationPolicy: 'Owner' },
      data: Object.keys(files).map((key) => ({
        secretKey: key,
        remoteRef: { key: `patchbay/${name}`, property: key },
      })),
    },
  };
}

/**
 * A service takes no key file that its group can read, and the cluster gives its volumes no owner but root: before the service
 * starts, its files are copied to memory as its own.
 */
export function ownSecrets(name: string, files: Part['secrets']) {
  return {
    volumes: [
      {
        name: 'given',
        secret: {
          secretName: `${name}-keys`,
          defaultMode: 0o440,
          items: Object.entries(files).map(([key, path]) => ({ key, path })),
        },
      },
      { name: 'own', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    ],
    initContainer: {
      name: 'own-secrets',
      image,
      command: [
        'sh',
        '-c',
        `umask 077 && cp -RL /given/. ${secretsPath}/ && find ${secretsPath} -name '..*' -exec rm -rf {} +`,
      ],
      securityContext: hardened,
      resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '64Mi' } },
      volumeMounts: [
        { name: 'given', mountPath: '/given', readOnly: true },
        { name: 'own', mountPath: secretsPath },
      ],
    },
    mount: { name: 'own', mountPath: secretsPath, readOnly: true },
  };
}

function deployment(part: Part): KubernetesObject {
  const { service: name, shared } = part;
  const labels = labelsOf(name);
  const secrets = ownSecrets(name, part.secrets);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: part.replicas,
      selector: { matchLabels: labels },
      // One more before one less: a call finds as many as before at each moment.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: podSecurity,
          terminationGracePeriodSeconds: forgetS + drainS + 5,
          topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
            maxSkew: 1,
            topologyKey,
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: labels },
          })),
          initContainers: [secrets.initContainer],
          containers: [
            {
              name,
              image,
              args: [`services/${name}/src/main.ts`],
              envFrom: [{ configMapRef: { name: 'patchbay' } }],
              env: Object.entries(envOf(part)).map(([key, value]) => ({ name: key, value })),
              ports: [
                { name: 'health', containerPort: healthPort },
                ...(part.port === undefined ? [] : [{ name: 'http', containerPort: part.port }]),
              ],
              startupProbe: { httpGet: { path: '/livez', port: 'health' }, periodSeconds: 2, failureThreshold: 60 },
              livenessProbe: {
                httpGet: { path: '/livez', port: 'health' },
                periodSeconds: 5,
                timeoutSeconds: 5,
                failureThreshold: 4,
              },
              readinessProbe: { httpGet: { path: '/readyz', port: 'health' }, periodSeconds: 3, timeoutSeconds: 3 },
              // Whoever still sends to it meanwhile is served.
              lifecycle: { preStop: { sleep: { seconds: forgetS } } },
              securityContext: hardened,
              resources: { requests: { cpu: part.cpu, memory: part.memory }, limits: { memory: part.memoryLimit } },
              volumeMounts: [
                secrets.mount,
                { name: 'tmp', mountPath: '/tmp' },
                { name: 'spool', mountPath: '/var/spool/patchbay' },
                ...(shared === undefined ? [] : [{ name: 'shared', mountPath: shared.path }]),
              ],
            },
          ],
          volumes: [
            ...secrets.volumes,
            { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
            // Outlives the container, not the pod: what is left in it when a pod goes is lost with its node only.
            { name: 'spool', emptyDir: { sizeLimit: '512Mi' } },
            ...(shared === undefined ? [] : [{ name: 'shared', persistentVolumeClaim: { claimName: shared.claim } }]),
          ],
        },
      },
    },
  };
}

function envOf({ env }: Part): Record<string, string> {
  return {
    PATCHBAY_NKEY_SEED_FILE: `${secretsPath}/nkey.seed`,
    PATCHBAY_AUDIT_MAC_KEY_FILE: `${secretsPath}/audit-mac.key`,
    PATCHBAY_AUDIT_SPOOL_DIR: '/var/spool/patchbay',
    PATCHBAY_HEALTH_LISTEN: `0.0.0.0:${healthPort}`,
    ...env,
  };
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1/ExternalSecret';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { isPublicAddress } from '@patchbay/egress';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parts, secretsPath } from './parts.ts';
import { baseDirectory, baseFiles } from './write-base.ts';

const models: Readonly<Record<string, new (object: never) => { validate(): void }>> = {
  ConfigMap,
  Deployment,
  ExternalSecret,
  Job,
  NetworkPolicy,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  ScaledObject,
  Service,
  ServiceAccount,
};
const objects = Object.entries(baseFiles())
  .filter(([name]) => name !== 'kustomization.yaml')
  .flatMap(([, text]) => parseAllDocuments(text).map((document) => document.toJS()));
const named = (kind: string, name: string) =>
  objects.find((object) => object.kind === kind && object.metadata.name === name);
const rootOf = (path: string) => new URL(`../../../../${path}`, import.meta.url);

test('the files of the base are what is made of the tables', () => {
  const written = Object.fromEntries(
    readdirSync(baseDirectory).map((name) => [name, readFileSync(join(baseDirectory, name), 'utf8')]),
  );
  expect(written).toEqual(baseFiles());
});

test.each(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]))(
  '%s is as its schema says',
  (_name, object) => {
    const Model = models[object.kind];
    if (Model === undefined) throw new Error(`no schema for ${object.kind}`);
    expect(() => new Model(object as never).validate()).not.toThrow();
  },
);

test('a schema refuses what is wrong', () => {
  const wrong = structuredClone(named('Deployment', 'executor'));
  wrong.spec.replicas = 'three';
  expect(() => new Deployment(wrong).validate()).toThrow('replicas');
});

describe.each(parts.map((part) => [part.service, part] as const))('%s', (service, part) => {
  const pod = () => named('Deployment', service).spec.template.spec;

  test('runs without rights and takes its secrets from files of its own', () => {
    const { containers, initContainers, securityContext, automountServiceAccountToken } = pod();
    expect(automountServiceAccountToken).toBe(false);
    expect(securityContext).toMatchObject({ runAsNonRoot: true });
    for (const container of [...containers, ...initContainers])
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    const env = containers[0].env as { name: string; value: string }[];
    for (const { name, value } of env) {
      if (!value.startsWith(`${secretsPath}/`)) continue;
      const file = value.slice(secretsPath.length + 1);
      const paths = Object.values(part.secrets);
      expect([name, paths.some((path) => path === file || path.startsWith(`${file}/`))]).toEqual([name, true]);
    }
  });

  test('is given variables that are documented', () => {
    const documented = readFileSync(rootOf('docs/operations.md'), 'utf8');
    for (const { name } of pod().containers[0].env) expect(documented).toContain(`\`${name}\``);
  });

  test('reaches what it is made of, and nothing else', () => {
    const { dependencies } = JSON.parse(readFileSync(rootOf(`services/${service}/package.json`), 'utf8'));
    expect(new Set(part.reaches)).toEqual(
      new Set([
        ...('@patchbay/egress' in dependencies ? ['internet'] : []),
        ...('ioredis' in dependencies ? ['redis'] : []),
        ...('pg' in dependencies ? ['postgres'] : []),
      ]),
    );
    const ports = named('NetworkPolicy', service).spec.egress.flatMap((rule: { ports: { port: number }[] }) =>
      rule.ports.map(({ port }) => port),
    );
    expect(ports.includes(443)).toBe(part.reaches.includes('internet'));
    expect(ports.includes(6379)).toBe(part.reaches.includes('redis'));
    expect(ports.includes(5432)).toBe(part.reaches.includes('postgres'));
    expect(ports).toContain(4222);
  });

  test('keeps serving while nodes go one by one', () => {
    expect(named('Deployment', service).spec.replicas).toBeGreaterThan(1);
    expect(named('PodDisruptionBudget', service).spec.maxUnavailable).toBe(1);
    const seconds = pod().containers[0].lifecycle.preStop.sleep.seconds;
    expect(pod().terminationGracePeriodSeconds).toBeGreaterThan(seconds + 15);
  });
});

test('no network policy lets out to an address that the egress guard calls private', () => {
  const blocks = objects
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .flatMap(({ spec }) => spec.egress ?? [])
    .flatMap(({ to }) => to ?? [])
    .flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : [ipBlock]));
  expect(blocks.length).toBeGreaterThan(0);
  for (const { except } of blocks)
    for (const network of except) expect([network, isPublicAddress(network.split('/')[0])]).toEqual([network, false]);
  const v4 = blocks.find(({ cidr }) => cidr === '0.0.0.0/0');
  expect(v4.except).toEqual(expect.arrayContaining(['10.0.0.0/8', '169.254.0.0/16', '192.168.0.0/16']));
});

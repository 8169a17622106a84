import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { kubernetesBase } from './base.ts';

/** Where the base lies. */
export const baseDirectory = fileURLToPath(new URL('../../../../deploy/kubernetes/base', import.meta.url));

/** The base's files as they are to be, by name. */
export function baseFiles(): Readonly<Record<string, string>> {
  const files = Object.entries(kubernetesBase()).map(([name, objects]) => [
    name,
    `# Made by \`npm run deploy:kubernetes\`: change packages/installation/src/kubernetes, not this.\n${objects
      .map((object) => stringify(object, { aliasDuplicateObjects: false, lineWidth: 120 }))
      .join('---\n')}`,
  ]);
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: 'patchbay',
    resources: files.map(([name]) => name),
  };
  return { ...Object.fromEntries(files), 'kustomization.yaml': stringify(kustomization) };
}

if (import.meta.main) {
  mkdirSync(baseDirectory, { recursive: true });
  for (const [name, text] of Object.entries(baseFiles())) writeFileSync(join(baseDirectory, name), text);
}

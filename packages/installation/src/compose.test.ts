import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

interface Part {
  readonly image?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly mem_limit?: string;
  readonly healthcheck?: object;
}

const text = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
const read = (name: string) =>
  parse(text(name), { merge: true, customTags: [{ tag: '!override', collection: 'seq' }] }).services as Record<
    string,
    Part
  >;
const compose = read('docker-compose.yml');
const services = ['registry', 'executor', 'vault', 'audit', 'webhook-ingress', 'webhook-delivery', 'gateway'];
const passing = new Set(['set-up', 'provision']);

describe('every container of the compose file', () => {
  test.each(Object.entries(compose))('%s has no more rights than it needs', (name, part) => {
    expect(part.cap_drop ?? ['ALL']).toEqual(['ALL']);
    expect(part.read_only).toBe(true);
    for (const port of part.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    if (passing.has(name)) return;
    expect(part.security_opt).toEqual(['no-new-privileges:true']);
    expect(part.mem_limit).toMatch(/^\d+[mg]$/);
    if (part.profiles === undefined) expect(part.healthcheck).toBeDefined();
  });

  test.each(Object.entries(compose))('%s is told where secrets are, and none itself', (_name, part) => {
    for (const [variable, value] of Object.entries(part.environment ?? {})) {
      expect(variable).not.toMatch(/PASSWORD$|SECRET$|TOKEN$|SEED$|_KEY$/);
      expect(String(value)).not.toMatch(/:\/\/[^/]*:[^/]*@/);
    }
  });
});

test('each service has the volume with its own keys and no other’s', () => {
  for (const service of services) {
    const keys = compose[service]?.volumes?.filter((volume) => volume.startsWith('keys'));
    expect(keys).toEqual([`keys-${service}:/run/patchbay:ro`]);
  }
  // All of them together are for backups.
  const holders = Object.entries(compose).filter(([, { volumes }]) => volumes?.some((one) => one.startsWith('keys:')));
  expect(holders.map(([name]) => name)).toEqual(['set-up']);
});

test('every variable that a service is given is one that is documented', () => {
  const documented = text('docs/operations.md');
  for (const file of ['docker-compose.yml', 'deploy/compose/cluster.yml', 'deploy/compose/demo.yml'])
    for (const part of Object.values(read(file)))
      for (const variable of Object.keys(part.environment ?? {}))
        if (variable.startsWith('PATCHBAY_')) expect(documented).toContain(`\`${variable}\``);
});

test('the cluster changes nothing of what containers may do', () => {
  for (const [name, part] of Object.entries(read('deploy/compose/cluster.yml'))) {
    expect([name, part.cap_add]).toEqual([name, undefined]);
    for (const port of part.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  }
});

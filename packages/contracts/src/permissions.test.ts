import { describe, expect, test } from 'vitest';
import { decidedSubjects, inboxPrefixOfAccess, permissionsOfAccess } from './access-permissions.ts';
import { auditProducers } from './messages/audit.ts';
import { AccessScope } from './messages/identity.ts';
import { inboxPrefixOf, permissionsOf } from './permissions.ts';
import type { Identity } from './route-kinds.ts';
import { broadcasts, events, routes, signals } from './routes.ts';
import { buckets, streams } from './streams.ts';
import { wildcardSubject } from './subjects.ts';

/** Whether some subject matches both patterns. */
function overlap(a: string, b: string): boolean {
  const [left, right] = [a.split('.'), b.split('.')];
  for (let i = 0; ; i++) {
    if (left[i] === '>' || right[i] === '>') return left[i] !== undefined && right[i] !== undefined;
    if (left[i] === undefined || right[i] === undefined) return left.length === right.length;
    if (left[i] !== right[i] && left[i] !== '*' && right[i] !== '*') return false;
  }
}

const identities: [Identity, string?][] = [
  ['registry'],
  ['executor'],
  ['vault'],
  ['audit'],
  ['webhook-ingress'],
  ['webhook-delivery'],
  ['gateway'],
  ['admin'],
  ['provisioner'],
  ['backup'],
  ['agent', 'acme'],
  ['auditor', 'acme'],
];

describe('permissions', () => {
  test.each(identities)('of %s never reach everything', (identity, tenant) => {
    const { publish, subscribe } = permissionsOf(identity, tenant);
    for (const subject of [...publish, ...subscribe])
      expect(subject).not.toMatch(/^[>*]|^\$JS\.API\.>|^_INBOX\.>|^tools\.>|^audit\.v1\.>/);
  });

  test.each(identities)('of %s include its own inbox and nobody else’s to read', (identity, tenant) => {
    const inboxes = permissionsOf(identity, tenant).subscribe.filter((subject) => subject.startsWith('_INBOX'));
    expect(inboxes).toEqual([`${inboxPrefixOf(identity, tenant)}.>`]);
  });

  test('let each audit class be written by its producer alone', () => {
    for (const [auditClass, producer] of Object.entries(auditProducers)) {
      const writers = identities
        .filter(([identity, tenant]) => permissionsOf(identity, tenant).publish.includes(`audit.v1.*.${auditClass}`))
        .map(([identity]) => identity);
      expect(writers).toEqual([producer]);
    }
  });

  test('let nobody delete, purge or restore a stream, but the delivery of webhooks empty its own queue, single messages go, and backups come back', () => {
    const names = [...Object.values(streams), ...Object.values(buckets).map(({ name }) => ({ name: `KV_${name}` }))];
    const taken: Partial<Record<Identity, string[]>> = {
      executor: ['$JS.API.STREAM.MSG.DELETE.SUBMISSIONS'],
      'webhook-delivery': ['$JS.API.STREAM.MSG.DELETE.WEBHOOKS', '$JS.API.STREAM.PURGE.DELIVERIES'],
      backup: names.map(({ name }) => `$JS.API.STREAM.RESTORE.${name}`),
    };
    for (const [identity, tenant] of identities) {
      expect(
        permissionsOf(identity, tenant).publish.filter((subject) =>
          /STREAM\.(DELETE|PURGE|RESTORE|MSG\.DELETE)/.test(subject),
        ),
      ).toEqual(taken[identity] ?? []);
    }
  });

  test('keep an agent inside its tenant', () => {
    const { publish, subscribe } = permissionsOf('agent', 'acme');
    for (const subject of publish) expect(subject).toMatch(/^tools\.v1\.acme\.([a-z]+|stream\.\*)$/);
    for (const subject of subscribe)
      expect(subject).toMatch(/^(_INBOX_agent\.acme\.>|events\.v1\.(acme|all)\.|webhooks\.v1\.acme\.>)/);
  });

  test('let callers credit streams of their own tenant, and executors alone hear it', () => {
    expect(permissionsOf('agent', 'acme').publish).toContain('tools.v1.acme.stream.*');
    expect(permissionsOf('executor').subscribe).toContain('tools.v1.*.stream.*');
    for (const [identity, tenant] of identities.filter(([name]) => name !== 'executor'))
      expect(permissionsOf(identity, tenant).subscribe.join(' ')).not.toMatch(/tools\.v1\.[^ ]*stream/);
  });

  test('make services subscribe to requests in their queue group only', () => {
    expect(permissionsOf('vault').subscribe).toContain('svc.vault.v1.lease vault');
    expect(permissionsOf('vault').subscribe).not.toContain('svc.vault.v1.lease');
  });

  test('let no stream capture what an agent may publish: its acknowledgement would go wherever the agent says', () => {
    const captured = [...Object.values(streams).flatMap(({ subjects }) => subjects), '$KV.>', '$JS.>'];
    for (const subject of permissionsOf('agent', 'acme').publish)
      for (const pattern of captured) expect(overlap(subject, pattern)).toBe(false);
    expect(overlap('audit.v1.acme.execution', 'audit.v1.*.*')).toBe(true);
  });

  test.each([
    ['submissions.v1.*', 'executor'],
    ['webhooks.v1.*.*.*', 'webhook-ingress'],
    ['deliveries.v1.*.*.*', 'webhook-delivery'],
  ])('let %s be written by %s alone', (subjects, writer) => {
    const writers = identities.filter(([identity, tenant]) =>
      permissionsOf(identity, tenant).publish.some((subject) => overlap(subject, subjects)),
    );
    expect(writers).toEqual([[writer]]);
  });

  test('let each service of webhooks reach the vault’s secrets by its own subject alone, and no other identity', () => {
    for (const service of ['webhook-ingress', 'webhook-delivery'] as const)
      for (const verb of ['keep', 'lend', 'drop']) {
        const writers = identities.filter(([identity, tenant]) =>
          permissionsOf(identity, tenant).publish.some((subject) =>
            overlap(subject, `svc.vault.v1.secrets.${service}.${verb}`),
          ),
        );
        expect(writers).toEqual([[service]]);
      }
  });

  test('let the gateway ask whatever an agent or an operator may, and nothing that only services ask each other', () => {
    const own = permissionsOf('gateway').publish;
    for (const route of [...Object.values(routes), ...Object.values(broadcasts), ...Object.values(signals)]) {
      const forClients = (route.callers as readonly string[]).some((caller) => ['agent', 'admin'].includes(caller));
      // What it serves itself it need not ask.
      if (route.owner !== 'gateway')
        expect([route.subject, own.includes(wildcardSubject(route.subject))]).toEqual([route.subject, forClients]);
    }
  });

  test('let a service call what is a tenant’s for any tenant', () => {
    expect(permissionsOf('webhook-delivery').publish).toContain('tools.v1.*.execute');
    expect(permissionsOf('webhook-ingress').publish.join(' ')).not.toMatch(/tools\.v1/);
    for (const [identity, tenant] of identities)
      expect(permissionsOf(identity, tenant).publish.join(' ')).not.toContain('{');
  });

  test('need a tenant for identities that belong to one', () => {
    expect(() => permissionsOf('agent')).toThrow(TypeError);
    expect(() => permissionsOf('auditor')).toThrow(TypeError);
  });
});

describe('permissions of a key', () => {
  const agentRoutes = [...Object.values(routes), ...Object.values(broadcasts), ...Object.values(signals)]
    .filter(({ callers }) => (callers as readonly Identity[]).includes('agent'))
    .map(({ subject }) => subject);
  const agentEvents = Object.values(events)
    .filter(({ subscribers }) => (subscribers as readonly Identity[]).includes('agent'))
    .map(({ subject }) => subject);
  const of = (...scopes: AccessScope[]) =>
    permissionsOfAccess({
      tenant: 'acme',
      scopes: new Set(scopes),
      inboxPrefix: inboxPrefixOfAccess('acme', 'key_1'),
    });

  test('are decided for each subject that agents have: a new one belongs to a scope', () => {
    expect([...agentRoutes, ...agentEvents].filter((subject) => !decidedSubjects.has(subject))).toEqual([]);
  });

  test('are never more than an agent’s and an auditor’s of its tenant', () => {
    const all = of(...AccessScope.options);
    const [agent, auditor] = [permissionsOf('agent', 'acme'), permissionsOf('auditor', 'acme')];
    expect(all.publish.filter((subject) => !agent.publish.includes(subject))).toEqual([]);
    const heard = new Set([...agent.subscribe, ...auditor.subscribe]);
    expect(all.subscribe.filter((subject) => !heard.has(subject))).toEqual(['_INBOX_agent.acme.key_1.>']);
  });

  test('are nothing but its own inbox without a scope that opens something', () => {
    expect(of('keys:write', 'tenants:write')).toEqual({ publish: [], subscribe: ['_INBOX_agent.acme.key_1.>'] });
    expect(of('executions:cancel').publish).toEqual(['tools.v1.acme.cancel']);
  });
});

import { AuditEvent, Connection, type Credential } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { addRequest, caller, memoryVault } from '../../test/memory-vault.ts';

const everyKind: Credential[] = [
  { type: 'api_key', api_key: 'canary-1' },
  { type: 'basic', username: 'canary-2', password: 'canary-3' },
  { type: 'bearer', token: 'canary-4' },
  {
    type: 'oauth2',
    access_token: 'canary-5',
    refresh_token: 'canary-6',
    token_type: 'Bearer',
    expires_at: '2027-01-01T00:00:00Z',
    scope: 'a b',
    extra: { instance_url: 'https://canary-7.example' },
  },
  { type: 'custom', fields: { app: 'canary-8', key: 'canary-9' } },
];

describe('addConnection', () => {
  it.each(everyKind.map((credential) => [credential.type, credential] as const))(
    'stores a %s credential, encrypted only',
    async (type, credential) => {
      const vault = memoryVault();
      const { connection } = await vault.add(
        addRequest(vault.sealer.publicKey, credential, { variables: { subdomain: 'acme' } }),
        caller,
      );
      expect(Connection.parse(connection)).toEqual(connection);
      expect(connection).toMatchObject({
        tenant: 'acme',
        integration: 'slack',
        label: 'Front desk',
        auth_type: type,
        status: 'active',
        is_default: true,
        variables: { subdomain: 'acme' },
        credential_version: 1,
      });

      const stored = vault.credentials.rows.get(`acme.${connection.id}.1`);
      if (stored === undefined) throw new Error('a credential was stored');
      const binding = {
        tenant: 'acme',
        connection: connection.id,
        integration: 'slack',
        version: 1,
        variables: { subdomain: 'acme' },
      };
      expect(JSON.parse((await vault.ports.cipher.decrypt(binding, stored)).toString())).toEqual(credential);
      const everythingElse = JSON.stringify([
        stored,
        Buffer.from(stored.message, 'base64').toString('latin1'),
        [...vault.connections.rows],
        vault.audit.entries,
        vault.reports,
      ]);
      expect(everythingElse).not.toMatch(/canary/);
    },
  );

  it('records the intent before, and the outcome after', async () => {
    const vault = memoryVault();
    const { connection } = await vault.add(addRequest(vault.sealer.publicKey), caller);
    const data = {
      actor: { kind: 'admin', id: 'admin' },
      target: { kind: 'connection', id: connection.id },
      connection: connection.id,
      integration: 'slack',
      trace_id: caller.traceId,
    };
    const entry = {
      tenant: 'acme',
      class: 'connection',
      type: 'dev.patchbay.connection.added',
      subject: connection.id,
    };
    expect(vault.audit.entries).toEqual([
      { ...entry, data: { ...data, outcome: 'intent' } },
      {
        ...entry,
        data: {
          ...data,
          outcome: 'succeeded',
          facts: { auth_type: 'bearer', credential_version: 1, tenant_key_version: 1, is_default: true },
        },
      },
    ]);
    for (const { data: recorded } of vault.audit.entries)
      expect(AuditEvent.shape.data.parse(recorded)).toEqual(recorded);
  });

  it('makes the first connection of each integration its default, and a later one only when asked', async () => {
    const vault = memoryVault();
    const add = async (change: object) =>
      (await vault.add(addRequest(vault.sealer.publicKey, undefined, change), caller)).connection;
    const first = await add({});
    expect((await add({})).is_default).toBe(false);
    expect((await add({ integration: 'zendesk' })).is_default).toBe(true);
    expect((await vault.ports.connections.getDefault('acme', 'slack')).connection).toBe(first.id);
    const chosen = await add({ make_default: true });
    expect(chosen.is_default).toBe(true);
    expect((await vault.ports.connections.getDefault('acme', 'slack')).connection).toBe(chosen.id);
  });

  it('has one default when many are added at the same time', async () => {
    const vault = memoryVault();
    const added = await Promise.all(
      Array.from({ length: 8 }, () => vault.add(addRequest(vault.sealer.publicKey), caller)),
    );
    expect(added.filter(({ connection }) => connection.is_default)).toHaveLength(1);
  });

  it('stores nothing when the intent cannot be audited', async () => {
    const vault = memoryVault();
    vault.audit.down = true;
    expect(await failureOf(vault.add(addRequest(vault.sealer.publicKey), caller))).toMatchObject({
      code: 'audit_unavailable',
    });
    expect([vault.connections.rows.size, vault.credentials.rows.size]).toEqual([0, 0]);
  });

  it('keeps the connection when only the outcome could not be audited, and reports that', async () => {
    const vault = memoryVault();
    const create = vault.ports.credentials.create;
    vault.ports.credentials.create = async (...args) => {
      vault.audit.down = true;
      return create(...args);
    };
    const { connection } = await vault.add(addRequest(vault.sealer.publicKey), caller);
    expect(vault.connections.rows.has(`acme.${connection.id}`)).toBe(true);
    expect(vault.reports).toMatchObject([{ level: 'error', facts: { subject: connection.id } }]);
  });

  it('records a failure and promises no connection when the store fails', async () => {
    const vault = memoryVault();
    vault.ports.credentials.create = () => Promise.reject(new Error('disk full'));
    await expect(vault.add(addRequest(vault.sealer.publicKey), caller)).rejects.toThrow('disk full');
    expect(vault.audit.entries.map(({ data }) => [data.outcome, data.error_code])).toEqual([
      ['intent', undefined],
      ['failed', 'internal'],
    ]);
    expect(vault.connections.rows.size).toBe(0);
  });

  it('refuses variables too large to store, before anything is stored', async () => {
    const vault = memoryVault();
    const variables = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`v${i}`, 'x'.repeat(1_000)]));
    expect(
      await failureOf(vault.add(addRequest(vault.sealer.publicKey, undefined, { variables }), caller)),
    ).toMatchObject({ code: 'invalid_request' });
    expect([vault.credentials.rows.size, vault.audit.entries.length]).toEqual([0, 0]);
  });
});

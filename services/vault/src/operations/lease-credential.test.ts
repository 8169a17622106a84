import { AuditEvent, LeasePayload, type LeaseRequest, LeaseResult, newId, PatchbayError } from '@patchbay/contracts';
import { createSealingKeys } from '@patchbay/messaging';
import { describe, expect, it, vi } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { addRequest, caller, memoryVault } from '../../test/memory-vault.ts';

const executor = createSealingKeys();
const execution = newId('execution');

function leaseRequest(change: Partial<LeaseRequest> = {}): LeaseRequest {
  return { tenant: 'acme', integration: 'slack', execution_id: execution, recipient: executor.publicKey, ...change };
}

/** A vault with one connection of `acme`. */
async function vaultWith(credential: unknown = { type: 'bearer', token: 'xoxb-canary' }, change: object = {}) {
  const vault = memoryVault();
  const { connection } = await vault.add(addRequest(vault.sealer.publicKey, credential, change), caller);
  vault.audit.entries.length = 0;
  return { ...vault, connection };
}

const missing = { code: 'connection_missing', retryable: false };

describe('leaseCredential', () => {
  it("seals the default connection's credential to the executor that asked", async () => {
    const vault = await vaultWith(undefined, { variables: { subdomain: 'acme' } });
    const lease = await vault.lease(leaseRequest(), caller);
    expect(LeaseResult.parse(lease)).toEqual(lease);
    expect(lease).toMatchObject({
      connection: vault.connection.id,
      credential_version: 1,
      sender: vault.sealer.publicKey,
      ttl_ms: 30_000,
    });
    expect(JSON.stringify(lease)).not.toContain('canary');

    const sealed = Buffer.from(lease.sealed, 'base64');
    expect(LeasePayload.parse(JSON.parse(Buffer.from(executor.open(sealed, lease.sender)).toString()))).toEqual({
      tenant: 'acme',
      integration: 'slack',
      connection: vault.connection.id,
      credential_version: 1,
      variables: { subdomain: 'acme' },
      credential: { type: 'bearer', token: 'xoxb-canary' },
    });
    expect(() => createSealingKeys().open(sealed, lease.sender)).toThrow();
  });

  it('lends the named connection instead of the default', async () => {
    const vault = await vaultWith();
    const second = await vault.add(addRequest(vault.sealer.publicKey), caller);
    expect((await vault.lease(leaseRequest({ connection: second.connection.id }), caller)).connection).toBe(
      second.connection.id,
    );
    expect((await vault.lease(leaseRequest(), caller)).connection).toBe(vault.connection.id);
  });

  it("says the same of a connection that is missing, another tenant's, another integration's or revoked", async () => {
    const vault = await vaultWith();
    const { id } = vault.connection;
    expect(await failureOf(vault.lease(leaseRequest({ integration: 'zendesk' }), caller))).toEqual(missing);
    expect(await failureOf(vault.lease(leaseRequest({ connection: newId('connection') }), caller))).toEqual(missing);
    expect(await failureOf(vault.lease(leaseRequest({ tenant: 'globex', connection: id }), caller))).toEqual(missing);
    expect(await failureOf(vault.lease(leaseRequest({ integration: 'zendesk', connection: id }), caller))).toEqual(
      missing,
    );
    await vault.remove({ tenant: 'acme', connection: id }, caller);
    expect(await failureOf(vault.lease(leaseRequest({ connection: id }), caller))).toEqual(missing);
    expect(await failureOf(vault.lease(leaseRequest(), caller))).toEqual(missing);
    expect(vault.decryptions.count).toBe(0);
  });

  it('refuses, with an alert, a connection whose credential is gone from the store', async () => {
    const vault = await vaultWith();
    vault.credentials.rows.clear();
    expect(await failureOf(vault.lease(leaseRequest(), caller))).toMatchObject({ reason: 'integrity' });
    expect(vault.reports).toEqual([expect.objectContaining({ level: 'error' })]);
  });

  it('lends an OAuth token for no longer than it lasts', async () => {
    const vault = await vaultWith({ type: 'oauth2', access_token: 'a', expires_at: '2026-01-02T03:04:17Z' });
    expect((await vault.lease(leaseRequest(), caller)).ttl_ms).toBe(12_000);
    vault.clock.now = new Date('2026-01-02T03:04:17Z');
    expect(await failureOf(vault.lease(leaseRequest(), caller))).toEqual({
      code: 'credential_expired',
      retryable: false,
    });
    expect(vault.decryptions.count).toBe(1);
  });

  it('refuses a token that ends while it is being fetched', async () => {
    const vault = await vaultWith({ type: 'oauth2', access_token: 'a', expires_at: '2026-01-02T03:04:17Z' });
    const { decrypt } = vault.ports.cipher;
    vault.ports.cipher.decrypt = async (...args) => {
      vault.clock.now = new Date('2026-01-02T03:04:18Z');
      return decrypt(...args);
    };
    expect(await failureOf(vault.lease(leaseRequest(), caller))).toMatchObject({ code: 'credential_expired' });
  });

  it('refuses a connection that is marked as expired', async () => {
    const vault = await vaultWith();
    const found = await vault.ports.connections.get('acme', vault.connection.id);
    if (found === null) throw new Error('the connection exists');
    await vault.ports.connections.replace({ ...found.value, status: 'expired' }, found.revision);
    expect(await failureOf(vault.lease(leaseRequest(), caller))).toMatchObject({ code: 'credential_expired' });
  });

  it('refuses a recipient that nothing can be sealed to, before anything is read', async () => {
    const vault = await vaultWith();
    expect(await failureOf(vault.lease(leaseRequest({ recipient: `X${'A'.repeat(55)}` }), caller))).toMatchObject({
      code: 'invalid_request',
    });
    expect(vault.decryptions.count).toBe(0);
  });

  it('records each lease, and no value', async () => {
    const vault = await vaultWith();
    await vault.lease(leaseRequest(), caller);
    expect(vault.audit.entries).toEqual([
      {
        tenant: 'acme',
        class: 'credential',
        type: 'dev.patchbay.credential.leased',
        subject: vault.connection.id,
        data: {
          actor: { kind: 'service', id: 'executor' },
          target: { kind: 'connection', id: vault.connection.id, version: '1' },
          outcome: 'succeeded',
          execution_id: execution,
          integration: 'slack',
          connection: vault.connection.id,
          trace_id: caller.traceId,
          facts: { recipient: executor.publicKey },
        },
      },
    ]);
    expect(AuditEvent.shape.data.parse(vault.audit.entries[0]?.data)).toEqual(vault.audit.entries[0]?.data);
  });

  it('records each refusal with its reason', async () => {
    const vault = await vaultWith();
    await failureOf(vault.lease(leaseRequest({ integration: 'zendesk' }), { traceId: null }));
    await failureOf(
      vault.lease(leaseRequest({ tenant: 'globex', connection: vault.connection.id }), { traceId: null }),
    );
    const data = {
      actor: { kind: 'service', id: 'executor' },
      outcome: 'refused',
      error_code: 'connection_missing',
      execution_id: execution,
      facts: { recipient: executor.publicKey },
    };
    expect(vault.audit.entries).toEqual([
      {
        tenant: 'acme',
        class: 'credential',
        type: 'dev.patchbay.credential.denied',
        subject: 'zendesk',
        data: { ...data, target: { kind: 'integration', id: 'zendesk' }, integration: 'zendesk' },
      },
      {
        tenant: 'globex',
        class: 'credential',
        type: 'dev.patchbay.credential.denied',
        subject: vault.connection.id,
        data: {
          ...data,
          target: { kind: 'connection', id: vault.connection.id },
          integration: 'slack',
          connection: vault.connection.id,
        },
      },
    ]);
  });

  it('lends nothing when the lease cannot be recorded', async () => {
    const vault = await vaultWith();
    vault.audit.down = true;
    expect(await failureOf(vault.lease(leaseRequest(), caller))).toMatchObject({ code: 'audit_unavailable' });
    await expect.poll(() => vault.reports).toMatchObject([{ level: 'warn', facts: { code: 'audit_unavailable' } }]);
  });

  it('answers only after the record is durable', async () => {
    const vault = await vaultWith();
    const written = Promise.withResolvers<void>();
    vault.ports.recordAudit = () => written.promise;
    const answered = vi.fn();
    const leased = vault.lease(leaseRequest(), caller).then(answered);
    await vi.waitFor(() => expect(vault.decryptions.count).toBe(1));
    expect(answered).not.toHaveBeenCalled();
    written.resolve();
    await leased;
    expect(answered).toHaveBeenCalledOnce();
  });

  it('decrypts once for callers at the same time, and seals and records for each', async () => {
    const vault = await vaultWith();
    const executors = Array.from({ length: 10 }, () => createSealingKeys());
    const leases = await Promise.all(
      executors.map((one) => vault.lease(leaseRequest({ recipient: one.publicKey }), caller)),
    );
    expect(vault.decryptions.count).toBe(1);
    for (const [i, lease] of leases.entries()) {
      expect(() => executors[i]?.open(Buffer.from(lease.sealed, 'base64'), lease.sender)).not.toThrow();
    }
    expect(vault.audit.entries).toHaveLength(10);
    await vault.lease(leaseRequest(), caller);
    expect(vault.decryptions.count).toBe(2);
  });

  it('refuses a credential row that was rolled back or exchanged, records it and alerts the operator', async () => {
    const vault = await vaultWith();
    const other = await vault.add(
      addRequest(vault.sealer.publicKey, { type: 'bearer', token: 'other-canary' }),
      caller,
    );
    vault.audit.entries.length = 0;
    const stolen = vault.credentials.rows.get(`acme.${other.connection.id}.1`);
    if (stolen === undefined) throw new Error('a credential was stored');
    vault.credentials.rows.set(`acme.${vault.connection.id}.1`, stolen);
    expect(await failureOf(vault.lease(leaseRequest(), caller))).toEqual({
      code: 'vault_unavailable',
      retryable: false,
      reason: 'integrity',
    });
    expect(vault.audit.entries.map(({ type, data }) => [type, data.outcome, data.facts?.reason])).toEqual([
      ['dev.patchbay.credential.leased', 'succeeded', undefined],
      ['dev.patchbay.credential.denied', 'failed', 'integrity'],
    ]);
    expect(vault.reports).toMatchObject([{ level: 'error', facts: { reason: 'integrity', tenant: 'acme' } }]);
    expect(JSON.stringify([vault.audit.entries, vault.reports])).not.toContain('canary');
  });

  it.each([
    ['credential version', { credential_version: 2 }],
    ['integration', { integration: 'zendesk' }],
    ['variables', { variables: { subdomain: 'evil' } }],
  ])('refuses a connection whose %s was changed behind the vault', async (_, change) => {
    const vault = await vaultWith();
    const found = await vault.ports.connections.get('acme', vault.connection.id);
    if (found === null) throw new Error('the connection exists');
    await vault.ports.connections.replace({ ...found.value, ...change }, found.revision);
    const request = leaseRequest({
      connection: vault.connection.id,
      integration: { ...found.value, ...change }.integration,
    });
    expect(await failureOf(vault.lease(request, caller))).toEqual({
      code: 'vault_unavailable',
      retryable: false,
      reason: 'integrity',
    });
  });

  it('refuses a decrypted credential of no known form, and says nothing of it', async () => {
    const vault = await vaultWith();
    vault.ports.cipher.decrypt = async () => Buffer.from('{"type":"canary"}');
    const error = await vault.lease(leaseRequest(), caller).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PatchbayError);
    expect((error as PatchbayError).body).toMatchObject({
      code: 'vault_unavailable',
      retryable: false,
      details: { reason: 'integrity' },
    });
    expect(JSON.stringify([(error as PatchbayError).body, vault.reports, vault.audit.entries])).not.toContain('canary');
  });

  it('does not answer with the text of an unexpected error', async () => {
    const vault = await vaultWith();
    vault.ports.credentials.get = () => Promise.reject(new TypeError('canary'));
    await expect(vault.lease(leaseRequest(), caller)).rejects.toThrow(TypeError);
    expect(vault.audit.entries.at(-1)?.data).toMatchObject({ error_code: 'internal', outcome: 'failed' });
  });
});

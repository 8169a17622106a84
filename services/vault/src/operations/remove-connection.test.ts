import { newId } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { addRequest, caller, memoryVault } from '../../test/memory-vault.ts';

/** A vault with connections of `acme` to Slack, the first of them the default. */
async function vaultWith(count: number) {
  const vault = memoryVault();
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    vault.clock.now = new Date(vault.clock.now.getTime() + 1_000);
    ids.push((await vault.add(addRequest(vault.sealer.publicKey), caller)).connection.id);
  }
  vault.audit.entries.length = 0;
  const standing = async () => (await vault.ports.connections.getDefault('acme', 'slack')).connection;
  return { ...vault, ids: ids as [string, ...string[]], standing };
}

describe('removeConnection', () => {
  it('revokes the connection, deletes its credential and tells the executors', async () => {
    const vault = await vaultWith(1);
    const [id] = vault.ids;
    const { connection } = await vault.remove({ tenant: 'acme', connection: id }, caller);
    expect(connection).toMatchObject({ id, status: 'revoked', is_default: false });
    expect(vault.credentials.rows.size).toBe(0);
    expect(vault.revoked).toEqual([{ tenant: 'acme', connection: id }]);
    expect(await vault.standing()).toBeNull();
    expect((await vault.list({ tenant: 'acme' }, caller)).connections).toMatchObject([
      { id, status: 'revoked', is_default: false },
    ]);
  });

  it('records the intent before, and the outcome after', async () => {
    const vault = await vaultWith(2);
    const [id, other] = vault.ids;
    await vault.remove({ tenant: 'acme', connection: id }, caller);
    expect(vault.audit.entries.map(({ type, data }) => [type, data.outcome, data.facts])).toEqual([
      ['dev.patchbay.connection.removed', 'intent', undefined],
      [
        'dev.patchbay.connection.removed',
        'succeeded',
        { integration: 'slack', credential_version: 1, new_default: other, upstream: 'not_supported' },
      ],
    ]);
  });

  it('moves a removed default to the newest active connection', async () => {
    const vault = await vaultWith(4);
    const [first, second, third, fourth] = vault.ids as [string, string, string, string];
    await vault.remove({ tenant: 'acme', connection: fourth }, caller);
    expect(await vault.standing()).toBe(first);
    await vault.remove({ tenant: 'acme', connection: first }, caller);
    expect(await vault.standing()).toBe(third);
    await vault.remove({ tenant: 'acme', connection: third }, caller);
    expect(await vault.standing()).toBe(second);
  });

  it('never leaves a removed connection as the default when several go at the same time', async () => {
    const vault = await vaultWith(5);
    await Promise.all(vault.ids.slice(0, 4).map((connection) => vault.remove({ tenant: 'acme', connection }, caller)));
    expect(await vault.standing()).toBe(vault.ids[4]);
  });

  it('finishes, when repeated, what a failed try left', async () => {
    const vault = await vaultWith(2);
    const [id, other] = vault.ids as [string, string];
    const remove = vault.ports.credentials.delete;
    vault.ports.credentials.delete = () => Promise.reject(new Error('away'));
    await expect(vault.remove({ tenant: 'acme', connection: id }, caller)).rejects.toThrow('away');
    vault.ports.credentials.delete = remove;
    expect((await vault.remove({ tenant: 'acme', connection: id }, caller)).connection.status).toBe('revoked');
    expect([...vault.credentials.rows.keys()]).toEqual([`acme.${other}.1`]);
    expect(await vault.standing()).toBe(other);
  });

  it('revokes even when the record changes at the same moment', async () => {
    const vault = await vaultWith(1);
    const [id] = vault.ids;
    const replace = vault.ports.connections.replace;
    let refusals = 2;
    vault.ports.connections.replace = async (record, revision) => (refusals-- > 0 ? false : replace(record, revision));
    expect((await vault.remove({ tenant: 'acme', connection: id }, caller)).connection.status).toBe('revoked');
  });

  it.each([
    ['of another tenant', 'globex'],
    ['that does not exist', 'acme'],
  ])('refuses a connection %s, and records that', async (_, tenant) => {
    const vault = await vaultWith(1);
    const connection = tenant === 'acme' ? newId('connection') : vault.ids[0];
    expect(await failureOf(vault.remove({ tenant, connection }, caller))).toMatchObject({ code: 'connection_missing' });
    expect(vault.audit.entries.map(({ data }) => [data.outcome, data.error_code])).toEqual([
      ['intent', undefined],
      ['refused', 'connection_missing'],
    ]);
    expect([vault.credentials.rows.size, vault.revoked.length]).toEqual([1, 0]);
  });

  it('changes nothing when the intent cannot be audited', async () => {
    const vault = await vaultWith(1);
    vault.audit.down = true;
    expect(await failureOf(vault.remove({ tenant: 'acme', connection: vault.ids[0] }, caller))).toMatchObject({
      code: 'audit_unavailable',
    });
    expect([vault.credentials.rows.size, vault.revoked.length, await vault.standing()]).toEqual([1, 0, vault.ids[0]]);
  });

  it('gives up with a typed error when others keep moving the default', async () => {
    const vault = await vaultWith(2);
    vault.ports.connections.setDefault = async () => false;
    expect(await failureOf(vault.remove({ tenant: 'acme', connection: vault.ids[0] }, caller))).toMatchObject({
      code: 'vault_unavailable',
      retryable: true,
    });
  });
});

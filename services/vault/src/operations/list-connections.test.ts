import { describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { addRequest, caller, memoryVault } from '../../test/memory-vault.ts';

describe('listConnections', () => {
  it("shows the tenant's own connections, oldest first, and no secret", async () => {
    const vault = memoryVault();
    const ids: string[] = [];
    for (const change of [{}, { integration: 'zendesk' }, {}, { tenant: 'globex' }]) {
      vault.clock.now = new Date(vault.clock.now.getTime() + 1_000);
      ids.push((await vault.add(addRequest(vault.sealer.publicKey, undefined, change), caller)).connection.id);
    }
    const { connections } = await vault.list({ tenant: 'acme' }, { traceId: null });
    expect(connections.map(({ id, is_default }) => [id, is_default])).toEqual([
      [ids[0], true],
      [ids[1], true],
      [ids[2], false],
    ]);
    expect(JSON.stringify(connections)).not.toMatch(/canary|expires/);
    expect(
      (await vault.list({ tenant: 'acme', integration: 'zendesk' }, caller)).connections.map(({ id }) => id),
    ).toEqual([ids[1]]);
    expect((await vault.list({ tenant: 'initech' }, caller)).connections).toEqual([]);
  });

  it('records who looked at what', async () => {
    const vault = memoryVault();
    await vault.list({ tenant: 'acme', integration: 'slack' }, caller);
    expect(vault.audit.entries).toEqual([
      {
        tenant: 'acme',
        class: 'connection',
        type: 'dev.patchbay.connection.listed',
        subject: 'acme',
        data: {
          actor: { kind: 'admin', id: 'admin' },
          target: { kind: 'tenant', id: 'acme' },
          outcome: 'succeeded',
          integration: 'slack',
          trace_id: caller.traceId,
          facts: { connections: 0 },
        },
      },
    ]);
  });

  it('shows nothing when the look cannot be recorded', async () => {
    const vault = memoryVault();
    vault.audit.down = true;
    expect(await failureOf(vault.list({ tenant: 'acme' }, caller))).toMatchObject({ code: 'audit_unavailable' });
  });
});

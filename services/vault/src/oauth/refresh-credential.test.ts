import { type Credential, IntegrationDocument } from '@patchbay/contracts';
import type { EgressOutcome } from '@patchbay/egress';
import { beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { addRequest, caller, memoryVault } from '../../test/memory-vault.ts';
import type { ConnectionRecord } from '../domain/connection-record.ts';
import { openCredential } from '../operations/open-credential.ts';
import type { RefreshRecord } from './ports.ts';
import { createRefreshCredential, type RefreshPorts } from './refresh-credential.ts';

const issuer = { token_url: 'https://id.example.com/token', client_id: 'app' };
const document = IntegrationDocument.parse({
  id: 'slack',
  name: 'Slack',
  version: '1.0.0',
  category: 'communication',
  description: 'A test integration.',
  base_url: 'https://api.example.com',
  auth: { type: 'oauth2', token_url: issuer.token_url },
  tools: { look: { title: 'Look', description: 'Looks.', risk: 'read', request: { method: 'GET', path: '/' } } },
});

let vault: ReturnType<typeof memoryVault>;
let ports: RefreshPorts;
let asked: URLSearchParams[];
let answer: () => Promise<{ status: number; body: object }>;
let held: { value: RefreshRecord; revision: number } | null;
let expired: string[];

beforeEach(() => {
  vault = memoryVault();
  asked = [];
  held = null;
  expired = [];
  answer = async () => ({
    status: 200,
    body: { access_token: `at-${asked.length}`, expires_in: 60, refresh_token: 'r2' },
  });
  ports = {
    ...vault.ports,
    documents: { find: () => ({ scope: '_platform', document }) },
    clients: { get: async () => ({ client_id: 'app', client_secret: 's' }) },
    egress: {
      async send({ body }): Promise<EgressOutcome> {
        asked.push(new URLSearchParams(String(body)));
        const { status, body: told } = await answer();
        const bytes = Buffer.from(JSON.stringify(told));
        return {
          ok: true,
          response: { status, headers: {}, body: bytes, contentType: null },
          timing: { connectMs: 0, queuedMs: 0, totalMs: 0 },
        };
      },
    },
    refreshes: {
      get: async () => held,
      async set(_tenant, _connection, value, revision) {
        if ((held?.revision ?? null) !== revision) return null;
        held = { value, revision: (revision ?? 0) + 1 };
        return held.revision;
      },
    },
    announceExpired: (_record, reason) => void expired.push(reason),
  };
});

async function connection(change: Partial<Extract<Credential, { type: 'oauth2' }>> = {}): Promise<ConnectionRecord> {
  const credential = { type: 'oauth2', access_token: 'at-0', refresh_token: 'r1', issuer, ...change };
  const added = await vault.add(addRequest(vault.sealer.publicKey, credential), caller);
  const found = await vault.ports.connections.get('acme', added.connection.id);
  if (found === null) throw new Error('there is a connection');
  return found.value;
}
/** As a process of its own would. */
const refresh = (record: ConnectionRecord, seen = 1) => createRefreshCredential(ports)(record, seen);

describe('a refresh', () => {
  it('stores the new token, forgets the old one, and gives the right back', async () => {
    const record = await connection();
    const after = await refresh(record);
    expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'r1' });
    expect(after.credential_version).toBe(2);
    expect((await openCredential(vault.ports, after)).credential).toMatchObject({
      access_token: 'at-1',
      refresh_token: 'r2',
    });
    expect([...vault.credentials.rows.keys()]).toEqual([`acme.${record.id}.2`]);
    expect(held?.value).toEqual({ held_until: 0, failures: 0, retry_at: 0 });
    expect(vault.audit.entries.at(-1)).toMatchObject({
      type: 'dev.patchbay.credential.refreshed',
      data: { outcome: 'succeeded' },
    });
  });

  it('asks nobody when another came meanwhile', async () => {
    const record = await connection();
    await refresh(record);
    expect(await refresh(record)).toMatchObject({ credential_version: 2 });
    expect(asked).toHaveLength(1);
  });

  it('waits for whoever is at it, and has what that brought', async () => {
    const record = await connection();
    const gate = Promise.withResolvers<{ status: number; body: object }>();
    answer = () => gate.promise;
    const [first, second] = [refresh(record), refresh(record)];
    await expect.poll(() => asked.length).toBe(1);
    gate.resolve({ status: 200, body: { access_token: 'new' } });
    expect((await first).credential_version).toBe(2);
    expect((await second).credential_version).toBe(2);
    expect(asked).toHaveLength(1);
  });

  it('takes the right over from a process that ended, after its time', async () => {
    const record = await connection();
    held = { value: { held_until: vault.clock.now.getTime() + 40_000, failures: 0, retry_at: 0 }, revision: 7 };
    const waiting = refresh(record);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(asked).toHaveLength(0);
    vault.clock.now = new Date(vault.clock.now.getTime() + 40_001);
    expect((await waiting).credential_version).toBe(2);
    expect(asked).toHaveLength(1);
  });

  it('pauses after failures, longer each time, and says for how long', async () => {
    const record = await connection();
    answer = async () => ({ status: 503, body: {} });
    for (const pause of [1_000, 2_000, 4_000]) {
      await expect(refresh(record)).rejects.toMatchObject({
        code: 'vault_unavailable',
        body: { retry_after_ms: pause },
      });
      await expect(refresh(record)).rejects.toMatchObject({ code: 'vault_unavailable' });
      vault.clock.now = new Date(vault.clock.now.getTime() + pause + 1);
    }
    expect(asked).toHaveLength(3);
    expect(expired).toEqual([]);
  });

  it('that is refused for good expires the connection, unless it has another credential by then', async () => {
    const record = await connection();
    answer = async () => ({ status: 400, body: { error: 'invalid_grant' } });
    expect(await failureOf(refresh(record))).toMatchObject({ code: 'credential_expired' });
    expect(expired).toEqual(['refresh_refused']);
    expect((await vault.ports.connections.get('acme', record.id))?.value.status).toBe('expired');
    expect(await failureOf(refresh(record))).toMatchObject({ code: 'credential_expired' });
    expect(asked).toHaveLength(1);

    const other = await connection();
    held = null;
    answer = async () => {
      const found = await vault.ports.connections.get('acme', other.id);
      if (found !== null)
        await vault.ports.connections.replace({ ...found.value, credential_version: 2 }, found.revision);
      return { status: 400, body: { error: 'invalid_grant' } };
    };
    expect(await refresh(other)).toMatchObject({ credential_version: 2, status: 'active' });
    expect(expired).toHaveLength(1);
  });

  it('does not happen without a refresh token', async () => {
    const record = await connection({ refresh_token: undefined });
    expect(await failureOf(refresh(record))).toMatchObject({ code: 'credential_expired' });
    expect([asked.length, expired]).toEqual([0, ['no_refresh_token']]);
  });

  it.each([
    ['endpoint', { token_url: 'https://evil.example.com/token', client_id: 'app' }],
    ['client', { token_url: issuer.token_url, client_id: 'another' }],
  ])('never sends a token to another %s than the one it came from', async (_, from) => {
    const record = await connection({ issuer: from });
    expect(await failureOf(refresh(record))).toMatchObject({ code: 'vault_unavailable', reason: 'refresh_failed' });
    expect([asked.length, expired.length]).toEqual([0, 0]);
    expect(vault.reports.at(-1)).toMatchObject({ facts: { reason: 'another_issuer' } });
  });

  it('keeps a new token although nothing can be audited', async () => {
    const record = await connection();
    vault.audit.down = true;
    expect((await refresh(record)).credential_version).toBe(2);
    expect(vault.reports).toContainEqual(expect.objectContaining({ level: 'error' }));
  });

  it('is not kept from its token by a record that no vault wrote', async () => {
    for (const far of [
      { held_until: 9e15, retry_at: 0 },
      { held_until: 0, retry_at: 9e15 },
    ]) {
      const record = await connection();
      held = { value: { ...far, failures: 0 }, revision: 1 };
      expect((await refresh(record)).credential_version).toBe(2);
      held = null;
    }
  });
});

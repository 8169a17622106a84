import { randomUUID } from 'node:crypto';
import type { Credential } from '@patchbay/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { addRequest, caller, memoryVault } from '../../test/memory-vault.ts';
import { openCredential } from './open-credential.ts';
import { adoptCredential, forgetOlder, replaceCredential } from './replace-credential.ts';

const bearer = (token: string): Credential => ({ type: 'bearer', token });

let vault: ReturnType<typeof memoryVault>;
let row: { tenant: string; id: string };
beforeEach(async () => {
  vault = memoryVault();
  const { connection } = await vault.add(addRequest(vault.sealer.publicKey, bearer('first')), caller);
  row = { tenant: 'acme', id: connection.id };
});

const replace = (seen: number | null, credential: Credential) =>
  replaceCredential(vault.ports, { ...row, seen }, credential);
const record = async () => {
  const found = await vault.ports.connections.get(row.tenant, row.id);
  if (found === null) throw new Error('there is a connection');
  return found.value;
};
const present = async () => (await openCredential(vault.ports, await record())).credential;
const versions = () => [...vault.credentials.rows.keys()].map((key) => Number(key.split('.')[2]));

describe('replacing a credential', () => {
  it('makes the next version count, with its end, and keeps the one before until it is forgotten', async () => {
    const ends = '2027-01-01T00:00:00Z';
    const next: Credential = { type: 'oauth2', access_token: 'second', token_type: 'Bearer', expires_at: ends };
    const { record: after, replaced } = await replace(1, next);
    expect(replaced).toBe(true);
    expect(after).toMatchObject({
      credential_version: 2,
      auth_type: 'oauth2',
      credential_expires_at: ends,
      oldest_credential: 1,
    });
    expect(await present()).toEqual(next);
    expect(versions()).toEqual([1, 2]);
    await forgetOlder(vault.ports.credentials, after);
    expect(versions()).toEqual([2]);
  });

  it('forgets what is older than the one before, however often it happens', async () => {
    for (let i = 0; i < 5; i++) await replace(null, bearer(`number ${i}`));
    expect(versions()).toEqual([5, 6]);
    expect(await present()).toEqual(bearer('number 4'));
  });

  it('stores nothing when another credential came meanwhile', async () => {
    await replace(1, bearer('winner'));
    expect(await replace(1, bearer('late'))).toMatchObject({ replaced: false, record: { credential_version: 2 } });
    expect(await present()).toEqual(bearer('winner'));
  });

  it('lets one of many at once win, and the others know', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => replace(1, bearer(`racer ${i}`))));
    expect(results.filter(({ replaced }) => replaced)).toHaveLength(1);
    expect(await present()).toEqual(bearer(`racer ${results.findIndex(({ replaced }) => replaced)}`));
    expect((await record()).credential_version).toBe(2);
  });

  it('carries out every one of many at once that follow no version', async () => {
    await Promise.all(Array.from({ length: 20 }, () => replace(null, bearer(randomUUID()))));
    expect((await record()).credential_version).toBe(21);
    expect(await present()).toMatchObject({ type: 'bearer' });
  });

  it('keeps other changes of the connection that come at the same moment', async () => {
    const { replace: write } = vault.ports.connections;
    let first = true;
    vault.ports.connections.replace = async (changed, revision) => {
      if (first) {
        first = false;
        await write({ ...(await record()), label: 'renamed' }, revision);
      }
      return write(changed, revision);
    };
    await replace(1, bearer('second'));
    expect(await record()).toMatchObject({ label: 'renamed', credential_version: 2 });
  });

  it('refuses a connection that is gone or revoked', async () => {
    await vault.remove({ tenant: 'acme', connection: row.id }, caller);
    await expect(replace(null, bearer('late'))).rejects.toMatchObject({ code: 'connection_missing' });
    expect(versions()).toEqual([]);
    row = { ...row, tenant: 'globex' };
    await expect(replace(null, bearer('late'))).rejects.toMatchObject({ code: 'connection_missing' });
  });
});

describe('a process that ended between the row and the connection that names it', () => {
  beforeEach(async () => {
    const { replace: write } = vault.ports.connections;
    vault.ports.connections.replace = () => Promise.reject(new Error('killed'));
    await expect(replace(1, bearer('left behind'))).rejects.toThrow('killed');
    vault.ports.connections.replace = write;
    expect(await present()).toEqual(bearer('first'));
  });

  it('has its row adopted', async () => {
    expect(await adoptCredential(vault.ports, row)).toMatchObject({
      replaced: true,
      record: { credential_version: 2 },
    });
    expect(await present()).toEqual(bearer('left behind'));
    expect(await adoptCredential(vault.ports, row)).toMatchObject({ replaced: false });
  });

  it('has its row adopted by a replacement that follows the version before, which then is too late', async () => {
    expect(await replace(1, bearer('late'))).toMatchObject({ replaced: false, record: { credential_version: 2 } });
    expect(await present()).toEqual(bearer('left behind'));
  });

  it('does not stop a replacement that follows no version', async () => {
    expect(await replace(null, bearer('newest'))).toMatchObject({ replaced: true, record: { credential_version: 3 } });
    expect(await present()).toEqual(bearer('newest'));
  });

  it('leaves nothing when the connection is removed', async () => {
    await vault.remove({ tenant: 'acme', connection: row.id }, caller);
    expect(versions()).toEqual([]);
  });
});

describe('a lease while its credential is replaced', () => {
  it('has the new one when the old row went between reading the connection and reading the row', async () => {
    const before = await record();
    const { record: after } = await replace(1, bearer('second'));
    await forgetOlder(vault.ports.credentials, after);
    expect(await openCredential(vault.ports, before)).toMatchObject({
      record: { credential_version: 2 },
      credential: bearer('second'),
    });
  });

  it('is refused when the row is gone and nothing newer came', async () => {
    const before = await record();
    vault.credentials.rows.clear();
    await expect(openCredential(vault.ports, before)).rejects.toMatchObject({
      code: 'vault_unavailable',
      body: { retryable: false, details: { reason: 'integrity' } },
    });
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { type KindOfRow, vaultOverRows } from '../test/vault-over-rows.ts';
import { reportAlteredStore } from './operations/altered-store.ts';

let vault: Awaited<ReturnType<typeof vaultOverRows>>;
beforeAll(async () => {
  vault = await vaultOverRows();
});

const names = [
  'credential',
  'webhook secret',
  'wrapped tenant key',
  'record of key versions',
  'OAuth client',
  'connect',
  'job',
] as const;

function kindOf(name: string): KindOfRow {
  const kind = vault.kinds.find((one) => one.name === name);
  if (kind === undefined) throw new Error(`there is no kind ${name}`);
  return kind;
}

/** What became of reading a row: refused with an alert to the operator, or what was read. */
async function verdict(kind: KindOfRow, key: string): Promise<'refused with an alert' | { read: string }> {
  let read: string;
  try {
    read = await kind.read(key);
  } catch (error) {
    const alerts: unknown[] = [];
    reportAlteredStore((...alert) => void alerts.push(alert), error, { key });
    expect(alerts, String(error)).toEqual([
      ['error', expect.stringContaining('the store may have been changed'), expect.objectContaining({ key })],
    ]);
    return 'refused with an alert';
  }
  return { read };
}

/** With another value in the row's place, which is put back. */
async function withRow<Result>(
  kind: KindOfRow,
  key: string,
  value: Buffer,
  look: () => Promise<Result>,
): Promise<Result> {
  const original = kind.rows.get(key) as Buffer;
  kind.rows.set(key, value);
  try {
    return await look();
  } finally {
    kind.rows.set(key, original);
  }
}

/** Paths whose values differ between two JSON texts. */
function differences(a: unknown, b: unknown, path = ''): string[] {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b ? [] : [path];
  const [left, right] = [a, b] as [Record<string, unknown>, Record<string, unknown>];
  const fields = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...fields].flatMap((field) =>
    differences(left[field], right[field], path === '' ? field : `${path}.${field}`),
  );
}

describe.each(names)('a stored %s', (name) => {
  it('is read when nobody changed it', async () => {
    const kind = kindOf(name);
    expect(kind.keys.length).toBeGreaterThan(1);
    for (const key of kind.keys) expect(await verdict(kind, key)).toEqual({ read: expect.any(String) });
  });

  it('is refused with an alert in the place of any other', async () => {
    const kind = kindOf(name);
    for (const to of kind.keys)
      for (const from of kind.keys) {
        if (from === to) continue;
        const moved = kind.rows.get(from) as Buffer;
        expect(await withRow(kind, to, moved, () => verdict(kind, to)), `${from} at ${to}`).toBe(
          'refused with an alert',
        );
      }
  });

  it('is refused with an alert when it is cut, at every length', async () => {
    const kind = kindOf(name);
    const [key] = kind.keys as [string];
    const row = kind.rows.get(key) as Buffer;
    for (let length = 0; length < row.length; length++)
      expect(await withRow(kind, key, row.subarray(0, length), () => verdict(kind, key)), `length ${length}`).toBe(
        'refused with an alert',
      );
  });

  it('is refused with an alert when any bit is flipped, of all that counts', { timeout: 90_000 }, async () => {
    const kind = kindOf(name);
    const [key] = kind.keys as [string];
    const row = kind.rows.get(key) as Buffer;
    const original = JSON.parse(row.toString());
    const before = await kind.read(key);
    let refused = 0;
    for (let bit = 0; bit < row.length * 8; bit++) {
      const changed = Buffer.from(row);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      const found = await withRow(kind, key, changed, () => verdict(kind, key));
      if (found === 'refused with an alert') {
        refused++;
        continue;
      }
      // Nothing that counts is another, and what is shown is no secret and leads nowhere.
      expect(found.read, `bit ${bit}`).toBe(before);
      const changes = differences(original, JSON.parse(changed.toString()));
      for (const path of changes) expect(kind.unsealed, `bit ${bit}: ${path}`).toContain(path);
      expect(changes).not.toEqual([]);
    }
    if (kind.unsealed.length === 0) expect(refused).toBe(row.length * 8);
    else expect(refused).toBeGreaterThan(row.length * 4);
  });
});

describe('an older row put back', () => {
  it('is refused with an alert once its tenant key was replaced', async () => {
    const { kinds, fresh } = await vaultOverRows();
    const [credentials, , keys, versions] = kinds as [KindOfRow, KindOfRow, KindOfRow, KindOfRow];
    const key = credentials.keys.find((one) => one.startsWith('acme.') && one.endsWith('.1')) as string;
    const [, connection] = key.split('.') as [string, string];
    const old = new Map(
      [key, 'acme.1', 'acme.current'].map((one) => [one, (credentials.rows.get(one) ?? keys.rows.get(one)) as Buffer]),
    );

    // Every row comes under key 2, and key 1 goes.
    const parts = fresh();
    for (const row of credentials.keys.filter((one) => one.startsWith('acme.'))) {
      const [tenant, id, version] = row.split('.') as [string, string, string];
      const stored = await parts.credentials.read(tenant, id, Number(version));
      if (stored === null) throw new Error('there is a row');
      const binding = {
        tenant,
        connection: id,
        integration: 'slack',
        version: Number(version),
        variables: { subdomain: 'one' },
      };
      const again = await parts.cipher.reencrypt(binding, stored.value, 2);
      await parts.credentials.replace(tenant, id, again, stored.revision);
    }
    expect(await parts.tenantKeys.destroyOlder('acme')).toBe(1);
    expect(await verdict(credentials, key)).toEqual({ read: expect.stringContaining(connection) });

    // The credential alone; with its key; with its key and the record that says it is in use.
    credentials.rows.set(key, old.get(key) as Buffer);
    expect(await verdict(credentials, key)).toBe('refused with an alert');
    keys.rows.set('acme.1', old.get('acme.1') as Buffer);
    expect(await verdict(credentials, key)).toBe('refused with an alert');
    keys.rows.delete('acme.1');
    versions.rows.set('acme.current', old.get('acme.current') as Buffer);
    expect(await verdict(credentials, key)).toBe('refused with an alert');
  });

  it('of a credential does not pass for a later version, whatever it says it is', async () => {
    const kind = kindOf('credential');
    const [first, second] = ['acme.con_01JD0000000000000000000000.1', 'acme.con_01JD0000000000000000000000.2'];
    const row = kind.rows.get(first as string) as Buffer;
    const relabelled = Buffer.from(row.toString().replace('"credential_version":1', '"credential_version":2'));
    for (const older of [row, relabelled])
      expect(await withRow(kind, second as string, older, () => verdict(kind, second as string))).toBe(
        'refused with an alert',
      );
  });
});

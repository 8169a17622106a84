import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAuditDatabase } from '../src/adapters/audit-database.ts';
import { DirectoryInUse } from '../src/adapters/pglite-directory-lock.ts';
import { createPostgresAuditStore } from '../src/adapters/postgres-audit-store.ts';
import { createPostgresEventPages } from '../src/adapters/postgres-event-pages.ts';
import { toAuditRow } from '../src/domain/audit-row.ts';
import { auditEvent } from './audit-event.fixture.ts';

describe('a PGlite directory', { timeout: 120_000 }, () => {
  let base: string;
  beforeAll(() => {
    base = mkdtempSync(join(tmpdir(), 'audit-pglite-'));
  });
  afterAll(() => rmSync(base, { recursive: true }));

  it('keeps events over a close and an open, private to its owner', async () => {
    const url = `pglite:${join(base, 'deep', 'db')}`;
    const event = auditEvent();
    const first = await openAuditDatabase(url);
    await createPostgresAuditStore(first).appendEvents([
      toAuditRow(event, 0, { class: 'execution', sequence: 1, producer: 'executor', altered: false }),
    ]);
    await first.close();
    const second = await openAuditDatabase(url);
    expect(
      (await createPostgresEventPages(second)({ tenant: 'acme', limit: 10 })).entries.map((entry) => entry.event),
    ).toEqual([event]);
    expect(statSync(join(base, 'deep', 'db')).mode & 0o077).toBe(0);
    await second.close();
    expect(existsSync(join(base, 'deep', 'db.pid'))).toBe(false);
  });

  it('is refused while another process has it, and free after a failed open', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
    await once(other, 'spawn');
    writeFileSync(join(base, 'taken.pid'), String(other.pid));
    await expect(openAuditDatabase(`pglite:${join(base, 'taken')}`)).rejects.toBeInstanceOf(DirectoryInUse);
    other.kill('SIGKILL');
    await once(other, 'exit');

    mkdirSync(join(base, 'broken'));
    writeFileSync(join(base, 'broken', 'PG_VERSION'), '9.6\n');
    await expect(openAuditDatabase(`pglite:${join(base, 'broken')}`)).rejects.toThrow();
    expect(existsSync(join(base, 'broken.pid'))).toBe(false);
  });

  it('is closed without ever having been used', async () => {
    const database = await openAuditDatabase('pglite:memory');
    await database.close();
    await expect(database.use(async () => {})).rejects.toThrow();
  });
});

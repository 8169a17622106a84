import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createWitness,
  leafHash,
  localSigningKey,
  openCheckpoint,
  openFileWitnessStore,
  parseVerifierKey,
  startWitnessServer,
  type VerifierKey,
  verifierKey,
  verifyConsistency,
  verifyInclusion,
} from '@patchbay/audit-log/proofs';
import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogConfig } from '../src/log-config.ts';
import type { WiredLog } from '../src/wire-log.ts';
import { addEvents, openLog, testLogKey } from './log-stack.ts';
import { storeKinds } from './stores.ts';
import { useDatabase } from './use-database.test-support.ts';

const hash = (text: string) => Buffer.from(text, 'base64');

for (const kind of storeKinds) {
  describe.skipIf(!kind.available)(`checkpoints on ${kind.title}`, { timeout: 30_000 }, () => {
    const audit = useDatabase(kind);
    let dir: string;
    const open: WiredLog[] = [];
    beforeAll(async () => {
      dir = mkdtempSync(join(tmpdir(), 'audit-checkpoints-'));
    }, 120_000);
    afterAll(async () => {
      for (const one of open) await one.close();
      rmSync(dir, { recursive: true, force: true });
    });

    const run = <Row>(query: RawBuilder<Row>) => audit.rowsOf(query);
    const logWith = async (changes: Partial<LogConfig> = {}) => {
      const log = await openLog(audit.database, { archive: { kind: 'directory', path: dir }, ...changes });
      open.push(log);
      return log;
    };
    const keyOf = async (log: WiredLog, tenant: string) =>
      parseVerifierKey((await log.operations.readLogKey({ tenant })).verifier_key) as VerifierKey;
    const listed = async (log: WiredLog, tenant: string) =>
      (await log.operations.listCheckpoints({ tenant, limit: 100 })).checkpoints;
    const sizes = async (log: WiredLog, tenant: string) => (await listed(log, tenant)).map(({ size }) => size);
    const folderOf = (tenant: string) => join(dir, 'berlin-1', tenant);
    const keptOutside = (tenant: string) =>
      readdirSync(folderOf(tenant)).flatMap((file) =>
        readFileSync(join(folderOf(tenant), file), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { size: number; note: string }),
      );
    /** As when the time since the last one is over. */
    const timePasses = (tenant: string) =>
      run(sql`
        update audit_log_heads set signed_at = signed_at - interval '61 seconds', claimed_until = null
        where tenant = ${tenant}`);

    it('bear the name of the installation that was configured before the first, and no other later', async () => {
      const named = await logWith({ installation: 'berlin-1' });
      expect(await named.originOf('acme')).toBe('patchbay/berlin-1/acme');
      await addEvents(audit.database, 'acme', 1);
      await named.keepSigning();
      await expect(logWith({ installation: 'berlin-2' })).rejects.toThrow(/another installation/);
      expect(await (await logWith()).originOf('acme')).toBe('patchbay/berlin-1/acme');
    });

    it('are signed when something is new, after a time or so many events, name the one before, and are kept outside', async () => {
      const tenant = audit.newTenant();
      const log = await logWith();
      await addEvents(audit.database, tenant, 5);
      await log.keepSigning();
      await addEvents(audit.database, tenant, 10);
      await log.keepSigning(); // too early
      expect(await sizes(log, tenant)).toEqual([5]);
      await timePasses(tenant);
      await log.keepSigning();
      await timePasses(tenant);
      await log.keepSigning(); // nothing is new
      await addEvents(audit.database, tenant, 1_000);
      await log.keepSigning();
      expect(await sizes(log, tenant)).toEqual([1_015, 15, 5]);
      expect((await listed(log, tenant)).every(({ kept_outside }) => kept_outside)).toBe(true);

      const key = await keyOf(log, tenant);
      const notes = keptOutside(tenant).map(({ note }) => openCheckpoint(note, [key]));
      expect(notes.map((one) => one?.verdict.ok)).toEqual([true, true, true]);
      const heads = notes.map((one) => one?.checkpoint);
      expect(heads[0]).toMatchObject({ origin: key.name, size: 5, previous: { size: 0 } });
      for (const i of [1, 2])
        expect(heads[i]?.previous).toEqual({ size: heads[i - 1]?.size, root: heads[i - 1]?.root });
      const other = audit.newTenant();
      await addEvents(audit.database, other, 1);
      await log.keepSigning();
      expect(openCheckpoint((await listed(log, other))[0]?.note ?? '', [key])?.verdict.ok).toBe(false);
    });

    it('prove that an event is in the log, and that the log only grew', async () => {
      const tenant = audit.newTenant();
      const log = await logWith();
      const ids = await addEvents(audit.database, tenant, 37);
      await log.keepSigning();
      await addEvents(audit.database, tenant, 70);
      await timePasses(tenant);
      await log.keepSigning();
      const key = await keyOf(log, tenant);
      for (const [size, index] of [
        [107, 36],
        [107, 0],
        [37, 36],
      ] as const) {
        const event_id = ids[index] as string;
        const answer = await log.operations.proveInclusion({ tenant, event_id, size }, { traceId: null });
        const checkpoint = openCheckpoint(answer.checkpoint.note, [key]);
        expect(checkpoint?.verdict.ok).toBe(true);
        expect(answer).toMatchObject({ index, checkpoint: { size } });
        const root = checkpoint?.checkpoint.root ?? Buffer.alloc(0);
        const proof = answer.proof.map(hash);
        expect(verifyInclusion({ index, size, leaf: leafHash(answer.record ?? ''), root, proof })).toBe(true);
        expect(JSON.parse(answer.record ?? '')).toMatchObject({ id: event_id });
      }
      const grown = await log.operations.proveConsistency({ tenant, from: 37 });
      const [newer, older] = await listed(log, tenant);
      expect(
        verifyConsistency({
          oldSize: 37,
          oldRoot: hash(older?.root ?? ''),
          size: 107,
          root: hash(newer?.root ?? ''),
          proof: grown.proof.map(hash),
        }),
      ).toBe(true);
      await expect(log.operations.proveConsistency({ tenant, from: 108 })).rejects.toMatchObject({
        code: 'invalid_request',
      });
      await expect(
        log.operations.proveInclusion({ tenant, event_id: ids[36] as string, size: 36 }, { traceId: null }),
      ).rejects.toMatchObject({ code: 'not_found' });
    });

    it('are signed at once for whoever wants an event proven that is too young, or a size of their own', async () => {
      const tenant = audit.newTenant();
      const log = await logWith();
      await addEvents(audit.database, tenant, 3);
      await log.keepSigning();
      const [id] = await addEvents(audit.database, tenant, 2);
      const answer = await log.operations.proveInclusion({ tenant, event_id: id as string }, { traceId: null });
      expect(answer.checkpoint.size).toBe(5);
      const note = await log.signSize(tenant, 4);
      expect(openCheckpoint(note, [await keyOf(log, tenant)])).toMatchObject({
        verdict: { ok: true },
        checkpoint: { size: 4, previous: { size: 3 } },
      });
      expect(await log.signSize(tenant, 4)).toBe(note);
      expect(await sizes(log, tenant)).toEqual([5, 3]); // not among those of due course
      await expect(log.signSize(tenant, 6)).rejects.toMatchObject({ code: 'invalid_request' });
    });

    it('are signed once when several processes want to', async () => {
      const tenant = audit.newTenant();
      const logs = await Promise.all([logWith(), logWith(), logWith()]);
      for (let round = 1; round <= 5; round++) {
        await addEvents(audit.database, tenant, round);
        await timePasses(tenant);
        await Promise.all(logs.map((log) => log.keepSigning()));
      }
      const heads = (await listed(logs[0] as WiredLog, tenant)).map(({ note }) => openCheckpoint(note, [])?.checkpoint);
      expect(heads.map((head) => head?.size)).toEqual([15, 10, 6, 3, 1]);
      expect(heads.map((head) => head?.previous?.size)).toEqual([10, 6, 3, 1, 0]);
    });

    it('are not signed of a log that is not what was signed', async () => {
      const log = await logWith();
      const signs = async (tenant: string) => {
        await addEvents(audit.database, tenant, 5);
        await timePasses(tenant);
        const before = await sizes(log, tenant);
        await log.keepSigning();
        return (await sizes(log, tenant)).length > before.length;
      };
      const begun = async () => {
        const tenant = audit.newTenant();
        expect(await signs(tenant)).toBe(true);
        expect(await signs(tenant)).toBe(true);
        return tenant;
      };
      const rewritten = await begun();
      await run(sql`
        update audit_log_tiles set hashes = overlay(hashes placing sha256('x') from 33) where tenant = ${rewritten}`);
      expect(await signs(rewritten)).toBe(false);
      // The whole database as it was before the last checkpoint, which is known outside.
      const rolledBack = await begun();
      await run(sql`delete from audit_checkpoints where tenant = ${rolledBack} and size = 10`);
      await run(sql`update audit_log_heads set signed_size = 5 where tenant = ${rolledBack}`);
      expect(await signs(rolledBack)).toBe(false);
      const forked = await begun();
      const [file = ''] = readdirSync(folderOf(forked));
      copyFileSync(join(folderOf(rewritten), file), join(folderOf(forked), file)); // of ten events as well, and others
      expect(await signs(forked)).toBe(false);
    });

    it('bear the signatures of witnesses, also of one that a new process knows nothing of', async () => {
      const tenant = audit.newTenant();
      const key = localSigningKey(generateKeyPairSync('ed25519').privateKey);
      const store = await openFileWitnessStore(join(dir, 'witness'));
      const witness = createWitness({
        name: 'witness.example',
        key,
        keysOf: (origin) => (origin.endsWith(tenant) ? [verifierKey(origin, testLogKey.publicKey)] : null),
        store,
      });
      const server = await startWitnessServer({ witness, directory: join(dir, 'witness'), host: '127.0.0.1', port: 0 });
      const away = 'http://127.0.0.1:1';
      try {
        const first = await logWith({ witnesses: [server.url] });
        await addEvents(audit.database, tenant, 3);
        await first.keepSigning();
        await addEvents(audit.database, tenant, 3);
        await timePasses(tenant);
        await (await logWith({ witnesses: [away] })).keepSigning();
        await addEvents(audit.database, tenant, 3);
        await timePasses(tenant);
        await (await logWith({ witnesses: [away, server.url] })).keepSigning();
        const all = await listed(first, tenant);
        expect(all.map(({ size, witnesses }) => [size, witnesses])).toEqual([
          [9, ['witness.example']],
          [6, []],
          [3, ['witness.example']],
        ]);
        const [newest] = all;
        const keys = [verifierKey('witness.example', key.publicKey, 4), await keyOf(first, tenant)];
        expect(openCheckpoint(newest?.note ?? '', keys)?.verdict).toMatchObject({ ok: true, signatures: [{}, {}] });
      } finally {
        await server.close();
      }
    });

    it('tell which row somebody altered who has the database', async () => {
      const tenant = audit.newTenant();
      const log = await logWith();
      const ids = await addEvents(audit.database, tenant, 40);
      await log.keepSigning();
      await addEvents(audit.database, tenant, 30);
      await timePasses(tenant);
      await log.keepSigning();
      await addEvents(audit.database, tenant, 3);
      expect(await log.verifyLog(tenant, 0)).toEqual({
        origin: await log.originOf(tenant),
        size: 73,
        checkpoint: 70,
        records: 73,
        purged: 0,
        problem_count: 0,
        problems: [],
        next: null,
      });
      const problems = async () =>
        (await log.verifyLog(tenant, 0)).problems.map(({ index, event_id, what }) => [index, event_id, what]);
      const rewrite = sql`replace(event, '"succeeded"', '"failed"')`;
      await run(sql`update audit_events set event = ${rewrite} where event_id = ${ids[7]}`);
      expect(await problems()).toEqual([[7, ids[7], 'record_differs']]);
      await run(sql`delete from audit_events where event_id = ${ids[9]}`);
      await run(sql`update audit_events set log_index = 12 where event_id = ${ids[11]}`);
      expect(await problems()).toEqual(
        expect.arrayContaining([
          [7, ids[7], 'record_differs'],
          [9, null, 'missing'],
          [11, null, 'missing'],
        ]),
      );
      expect((await problems()).map(([, , what]) => what)).toContain('twice');
    });

    it('tell from where on somebody rewrote everything else', async () => {
      const tenant = audit.newTenant();
      const log = await logWith();
      await addEvents(audit.database, tenant, 10);
      await log.keepSigning();
      const [id] = await addEvents(audit.database, tenant, 10);
      await timePasses(tenant);
      await log.keepSigning();
      // Row, leaf and tree, so that they fit together again.
      const other = leafHash('{"other":"record"}');
      await run(sql`update audit_events set leaf = ${other} where event_id = ${id}`);
      expect((await log.verifyLog(tenant, 0)).problems).toEqual([{ index: 10, event_id: id, what: 'record_differs' }]);
      await run(sql`delete from audit_events where event_id = ${id}`);
      await run(sql`
        update audit_log_tiles set hashes = overlay(hashes placing ${other} from ${10 * 32 + 1})
        where tenant = ${tenant} and level = 0`);
      expect((await log.verifyLog(tenant, 0)).problems.map(({ index, what }) => [index, what])).toEqual([
        [10, 'missing'],
        [10, 'root_differs'],
      ]);
    });
  });
}

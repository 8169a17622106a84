import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { type ExportVerdict, parseVerifierKey, type VerifierKey, verifyExport } from '@patchbay/audit-log/proofs';
import { type AuditEvent, auditHeaders, everyTenant, inboxPrefixOf, routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createS3Objects } from '../src/adapters/s3-objects.ts';
import { auditEvent, auditMessage, auditMessageHeaders } from './audit-event.fixture.ts';
import { type AuditStack, startAuditStack } from './audit-stack.ts';
import { s3Credentials, startS3 } from './start-s3.ts';
import { storeKinds } from './stores.ts';

const patient = { timeoutMs: 30_000 };
/** Some events here are of years ago, and stand behind those of today. */
const toleranceMs = 20 * 365 * 86_400_000;
type Range = { from_index?: number; to_index?: number; from?: string; to?: string };

/** Reads a whole export as whoever asks over NATS does. */
async function readExport(admin: Messaging, tenant: string, range: Range = {}): Promise<string> {
  const { ticket } = await admin.request(routes.beginExport, {}, { tenant, ...range }, patient);
  let text = '';
  for (let place: { index: number; offset: number } | undefined | null; place !== null; ) {
    const page = await admin.request(routes.readExport, {}, { ticket, ...(place && { place }) }, patient);
    text += page.text;
    place = page.next;
  }
  return text;
}

for (const kind of storeKinds) {
  describe.skipIf(!kind.available)(`the audit service keeping its log on ${kind.title}`, { timeout: 90_000 }, () => {
    let stack: AuditStack;
    let admin: Messaging;
    let executor: Messaging;
    let databaseUrl: string;
    let keys: VerifierKey[];
    let stopStore = async () => {};
    const s3Dir = mkdtempSync(join(tmpdir(), 'audit-s3-'));
    let s3: Awaited<ReturnType<typeof startS3>>;
    const keeping = () => ({
      ...stack.configOf('pglite:memory').keeping,
      exportsLocation: 's3://exports/audit',
      s3Endpoint: s3.endpoint,
    });
    beforeAll(async () => {
      for (const [name, value] of Object.entries({ ...s3Credentials, AWS_REGION: 'eu-west-1' }))
        vi.stubEnv(name, value);
      s3 = await startS3(s3Dir, ['exports']);
      stack = await startAuditStack(['acme', 'globex']);
      const store = await kind.start();
      stopStore = store.stop;
      databaseUrl = store.server === null ? `pglite:${join(stack.dir, 'db')}` : store.url;
      [admin, executor] = await Promise.all([stack.connect('admin'), stack.connect('executor')]);
      await stack.startService(databaseUrl, { keeping: keeping() });
      await publish('acme', 60);
      await publish('globex', 3);
      // One key, but under each log's own name.
      keys = await Promise.all(
        ['acme', 'globex'].map(async (tenant) => {
          const told = await admin.request(routes.readLogKey, {}, { tenant }, patient);
          return parseVerifierKey(told.verifier_key) as VerifierKey;
        }),
      );
    }, 120_000);
    afterAll(async () => {
      await stack?.stop();
      await stopStore();
      await s3?.stop();
      vi.unstubAllEnvs();
      rmSync(s3Dir, { recursive: true, force: true });
    }, 30_000);

    async function publish(tenant: string, count: number, changes: Partial<AuditEvent> = {}): Promise<AuditEvent[]> {
      const events = Array.from({ length: count }, () =>
        auditEvent({ tenant, time: new Date().toISOString(), ...changes }),
      );
      const message = auditMessage(events, { tenant, key: stack.macKeyOf('executor') });
      await executor.publishDurable(message.subject, message.payload, {
        ...patient,
        headers: auditMessageHeaders(message),
      });
      const last = { tenant, event_id: events.at(-1)?.id as string };
      await vi.waitFor(
        async () => expect((await admin.request(routes.queryAudit, {}, last, patient)).events).toHaveLength(1),
        { timeout: 30_000, interval: 100 },
      );
      return events;
    }
    /** Where the log is now, signed. */
    const sizeOf = async (tenant: string) =>
      (await admin.request(routes.beginExport, {}, { tenant, to: '2040-01-01T00:00:00Z' }, patient)).to_index;
    const verify = (text: string, allowWithheld = false): Promise<ExportVerdict> =>
      verifyExport([Buffer.from(text)], { keys: { log: keys, witnesses: [] }, allowWithheld, toleranceMs });

    it('exports a log that verifies offline, the same bytes again, from another process and after a restart', async () => {
      const text = await readExport(admin, 'acme', { to_index: 60 });
      expect(await verify(text)).toMatchObject({ ok: true, records: 60 });
      expect(text).not.toContain('globex');
      await publish('acme', 5);
      expect(await readExport(admin, 'acme', { to_index: 60 })).toBe(text);
      if (kind.title !== 'PGlite') {
        await stack.startService(databaseUrl, { instance: 'audit-2', keeping: keeping() });
        for (let i = 0; i < 3; i++) expect(await readExport(admin, 'acme', { to_index: 60 })).toBe(text);
      }
      await stack.stopServices();
      await stack.startService(databaseUrl, { keeping: keeping() });
      expect(await readExport(admin, 'acme', { to_index: 60 })).toBe(text);
      await vi.waitFor(
        async () => {
          const asked = { tenant: 'acme', class: 'query', limit: 1_000 } as const;
          const { events } = await admin.request(routes.queryAudit, {}, asked, patient);
          const exported = events.filter(({ type }) => type === 'dev.patchbay.audit.exported');
          expect(exported.length).toBeGreaterThanOrEqual(3);
          expect(exported.at(-1)?.data.facts).toEqual({ from_index: 0, to_index: 60 });
        },
        { timeout: 30_000, interval: 200 },
      );
    });

    it('exports a part, by place or by time, that verifies too', async () => {
      const part = await readExport(admin, 'acme', { from_index: 20, to_index: 50 });
      expect(await verify(part)).toMatchObject({ ok: true, records: 30 });
      const [event] = await publish('acme', 1, { time: '2030-01-01T00:00:00.000Z' });
      const timed = await readExport(admin, 'acme', { from: '2029-12-31T00:00:00Z', to: '2030-01-02T00:00:00Z' });
      expect(await verify(timed)).toMatchObject({ ok: true, records: 1 });
      expect(timed).toContain(event?.id);
    });

    it('keeps proofs when bodies go, and nothing goes under a hold', async () => {
      const old = await publish('globex', 4, { time: '2020-02-01T00:00:00.000Z' });
      const held = await publish('globex', 1, { time: '2020-03-01T00:00:00.000Z' });
      const size = await sizeOf('globex');
      const before = await readExport(admin, 'globex', { to_index: size });
      const hold = { tenant: 'globex', from: '2020-02-15T00:00:00Z', to: '2020-04-01T00:00:00Z', reason: 'Case 1' };
      await admin.request(routes.placeHold, {}, hold, patient);
      await admin.request(routes.setRetention, {}, { tenant: 'globex', days: 365 }, patient);
      const purged = await admin.request(routes.purgeExpired, {}, { tenant: 'globex' }, patient);
      expect(purged).toMatchObject({ purged: { execution: 4 }, held: 1, more: false });

      const after = await readExport(admin, 'globex', { to_index: size });
      expect(after).not.toBe(before);
      for (const { id } of old)
        expect([before, after].map((text) => text.includes(`"id":"${id}"`))).toEqual([true, false]);
      expect(after).toContain(held[0]?.id);
      expect((await verify(after, true)).ok).toBe(true);
      expect((await verify(after)).ok).toBe(false);
      // The MACs of the stream and the log itself agree with what is left.
      const checked = await admin.request(routes.verifyAudit, {}, { tenant: 'globex' }, patient);
      expect(checked.problems).toEqual([]);
    });

    it('puts exports into object storage, large ones part by part', async () => {
      const { export: job } = await admin.request(routes.startExport, {}, { tenant: 'acme', to_index: 60 }, patient);
      expect(job).toMatchObject({ location: 's3://exports/audit/acme/0-60.jsonl', state: 'waiting' });
      const show = async () =>
        (await admin.request(routes.listExports, {}, { tenant: 'acme', id: job.id }, patient)).exports[0];
      await expect.poll(async () => (await show())?.state, { timeout: 30_000 }).toBe('done');
      const client = new S3Client({ endpoint: s3.endpoint, forcePathStyle: true });
      const got = await client.send(new GetObjectCommand({ Bucket: 'exports', Key: 'audit/acme/0-60.jsonl' }));
      const text = (await got.Body?.transformToString()) ?? '';
      expect(text).toBe(await readExport(admin, 'acme', { to_index: 60 }));
      expect(await show()).toMatchObject({ records: 60, bytes: Buffer.byteLength(text), problem: null });

      const objects = createS3Objects({ location: 's3://exports', endpoint: s3.endpoint, partBytes: 5 * 1_048_576 });
      const piece = Buffer.alloc(1_700_000, 'x');
      async function* pieces() {
        for (let i = 0; i < 8; i++) yield piece;
      }
      let parts = 0;
      await objects.put('large', pieces(), async () => void parts++);
      const large = await client.send(new GetObjectCommand({ Bucket: 'exports', Key: 'large' }));
      expect([parts, (await large.Body?.transformToByteArray())?.byteLength]).toEqual([3, 8 * piece.byteLength]);
      const broken = objects.put('broken', pieces(), async () => {
        throw new Error('ended');
      });
      await expect(broken).rejects.toThrow('ended');
      const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket: 'exports' })).catch(() => ({}));
      expect(uploads).not.toMatchObject({ Uploads: [expect.anything()] });
      await expect(client.send(new GetObjectCommand({ Bucket: 'exports', Key: 'broken' }))).rejects.toThrow();
      objects.close();
      client.destroy();
      await expect(
        admin.request(routes.listExports, {}, { tenant: 'globex', id: job.id }, patient),
      ).rejects.toMatchObject({ code: 'not_found' });
    });

    it('tries an export again that the storage does not take, and says what it fails by', async () => {
      const deaf = createServer((socket) => socket.destroy());
      await new Promise<void>((ready) => deaf.listen(0, '127.0.0.1', ready));
      const { port } = deaf.address() as { port: number };
      await stack.stopServices();
      await stack.startService(databaseUrl, { keeping: { ...keeping(), s3Endpoint: `http://127.0.0.1:${port}` } });
      const { export: job } = await admin.request(routes.startExport, {}, { tenant: 'acme', to_index: 10 }, patient);
      const show = async () =>
        (await admin.request(routes.listExports, {}, { tenant: 'acme', id: job.id }, patient)).exports[0];
      await expect.poll(async () => (await show())?.problem, { timeout: 30_000 }).not.toBeNull();
      deaf.close();
      await stack.stopServices();
      await stack.startService(databaseUrl, { keeping: keeping() });
      await expect.poll(async () => (await show())?.state, { timeout: 60_000 }).toBe('done');
      await stack.stopServices();
      await stack.startService(databaseUrl);
      await expect(admin.request(routes.startExport, {}, { tenant: 'acme' }, patient)).rejects.toMatchObject({
        code: 'invalid_request',
      });
    });
  });
}

describe('a tenant’s auditor on NATS', { timeout: 60_000 }, () => {
  let stack: AuditStack;
  beforeAll(async () => {
    stack = await startAuditStack(['acme', 'globex']);
    await stack.startService('pglite:memory');
    const executor = await stack.connect('executor');
    for (const tenant of ['acme', 'globex', 'acme', everyTenant]) {
      const message = auditMessage([auditEvent({ tenant })], { tenant, key: stack.macKeyOf('executor') });
      const headers = auditMessageHeaders(message);
      await executor.publishDurable(message.subject, message.payload, { ...patient, headers });
    }
  }, 120_000);
  afterAll(() => stack?.stop(), 30_000);

  it('is sent its tenant’s messages from the beginning and as they come, byte for byte, and no other’s', async () => {
    const auditor = await stack.connect('auditor', 'acme');
    const inbox = `${inboxPrefixOf('auditor', 'acme')}.replay`;
    const heard: { tenant: string; mac: string | null }[] = [];
    auditor.hearMessages(inbox, {}, ({ payload, header }) => {
      const [event] = JSON.parse(Buffer.from(payload).toString()) as AuditEvent[];
      heard.push({ tenant: event?.tenant ?? '', mac: header(auditHeaders.mac) });
    });
    await auditor.request(routes.replayAudit, { tenant: 'acme' }, { deliver_to: inbox }, patient);
    // Those that were there, the record of this very look, and what comes later.
    await expect.poll(() => heard.length, { timeout: 20_000 }).toBe(3);
    expect(new Set(heard.map(({ tenant }) => tenant))).toEqual(new Set(['acme']));
    expect(heard.every(({ mac }) => mac !== null)).toBe(true);
    const late: string[] = [];
    auditor.hearMessages(`${inbox}-late`, {}, () => void late.push(''));
    const asked = { deliver_to: `${inbox}-late`, after: 1_000_000 };
    expect(await auditor.request(routes.replayAudit, { tenant: 'acme' }, asked, patient)).toMatchObject({
      messages: 0,
    });
  });

  it('has nothing sent elsewhere, for nobody else, and writes and removes nothing', async () => {
    const auditor = await stack.connect('auditor', 'acme');
    for (const deliver_to of ['_INBOX_auditor.globex.x', '_INBOX_auditor.acme2.x'])
      await expect(
        auditor.request(routes.replayAudit, { tenant: 'acme' }, { deliver_to }, patient),
      ).rejects.toMatchObject({ code: 'invalid_request' });
    for (const deliver_to of [
      'webhooks.v1.globex.a.b',
      '_INBOX_executor.x',
      '_INBOX_auditor.acme.*',
      '_INBOX_auditor.acme',
    ])
      await expect(
        auditor.request(routes.replayAudit, { tenant: 'acme' }, { deliver_to }, patient),
      ).rejects.toMatchObject({ code: 'invalid_request' });
    const other = { deliver_to: `${inboxPrefixOf('auditor', 'globex')}.x` };
    await expect(
      auditor.request(routes.replayAudit, { tenant: 'globex' }, other, { timeoutMs: 1_000 }),
    ).rejects.toThrow();
    await expect(auditor.publishDurable('audit.v1.acme.execution', '[]', { timeoutMs: 500 })).rejects.toThrow();
    await expect(auditor.purgeSubject('AUDIT', 'audit.v1.acme.*')).rejects.toThrow();
  });
});

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditBatch, type AuditData, auditHeaders } from '@patchbay/contracts';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type AuditRecorder, createAuditRecorder } from './audit-recorder.ts';
import { verifyAuditMac } from './mac.ts';
import type { SpoolOptions } from './spool.ts';
import { realDisk } from './spool-disk.ts';

const data: AuditData = { actor: { kind: 'agent', id: 'a' }, target: { kind: 'tool', id: 't' }, outcome: 'intent' };
const macKey = Buffer.alloc(32, 7);
const dirs: string[] = [];
const recorders: AuditRecorder[] = [];
afterEach(async () => {
  await Promise.all(recorders.splice(0).map((recorder) => recorder.close()));
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'audit-sinks-'));
  dirs.push(dir);
  return join(dir, 'spool');
}

/** A stream that takes messages, fails, or hangs as the test says; each message id once, as JetStream's window does. */
function newStream() {
  const stream = {
    state: 'up' as 'up' | 'refusing' | 'hanging',
    connected: true,
    failure: new Error('no responders'),
    asked: 0,
    /** Subjects of events, by lane, as the stream has them. */
    stored: new Map<string, string[]>(),
    ids: new Set<string>(),
    duplicates: 0,
    messaging: {
      get connected() {
        return stream.connected;
      },
      written: async () => {},
      async publishDurable(subject: string, payload: string | Uint8Array, options?: object) {
        const { messageId, headers, timeoutMs } = options as {
          messageId: string;
          headers: Record<string, string>;
          timeoutMs: number;
        };
        stream.asked++;
        if (stream.state === 'hanging') await new Promise((resolve) => setTimeout(resolve, timeoutMs));
        else await Promise.resolve();
        if (stream.state !== 'up') throw stream.failure;
        const verdict = verifyAuditMac(new Map([['executor', macKey]]), {
          subject,
          payload: Buffer.from(payload),
          producer: headers[auditHeaders.producer] ?? null,
          mac: headers[auditHeaders.mac] ?? null,
        });
        if (!verdict.ok) throw new Error('a message whose MAC is wrong');
        const duplicate = stream.ids.has(messageId);
        if (duplicate) stream.duplicates++;
        else
          stream.stored.set(subject, [
            ...(stream.stored.get(subject) ?? []),
            ...AuditBatch.parse(JSON.parse(String(payload))).map((event) => event.subject as string),
          ]);
        stream.ids.add(messageId);
        return { sequence: stream.ids.size, duplicate };
      },
    },
  };
  return stream;
}

function startRecorder(stream: ReturnType<typeof newStream>, dir: string, spool: Partial<SpoolOptions> = {}) {
  const log = { warn: vi.fn(), error: vi.fn(), info: vi.fn() };
  const recorder = createAuditRecorder({
    messaging: stream.messaging,
    producer: 'executor',
    instance: 'executor-1',
    macKey,
    spool: { dir, maxBytes: 10_000_000, ...spool },
    log,
  });
  recorders.push(recorder);
  const record = (n: number, tenant = 'acme', unhurried = false) =>
    recorder.record({
      tenant,
      class: 'execution',
      type: 'dev.patchbay.execution.intent',
      subject: `exe_${n}`,
      data,
      unhurried,
    });
  return { recorder, record, log };
}

const filesOf = (dir: string) => readdirSync(dir).filter((name) => name.endsWith('.spool'));
const named = (count: number, from = 0) => Array.from({ length: count }, (_, n) => `exe_${from + n}`);
const lane = (tenant = 'acme') => `audit.v1.${tenant}.execution`;

describe('audit records with a spool beside the stream', () => {
  test('touch no disk while the stream takes them', async () => {
    const stream = newStream();
    const dir = newDir();
    const { record } = startRecorder(stream, dir);
    await Promise.all(named(50).map((_, n) => record(n)));
    expect(stream.stored.get(lane())).toEqual(named(50));
    expect(filesOf(dir)).toEqual([]);
  });

  test.each(['refusing', 'hanging'] as const)(
    'are durable while the stream is %s, and reach it in order, once, under their own ids',
    async (state) => {
      const stream = newStream();
      const dir = newDir();
      const { record, log } = startRecorder(stream, dir);
      await record(0);
      stream.state = state;
      const started = performance.now();
      await record(1);
      expect(performance.now() - started).toBeLessThan(2_000);
      // From now on the stream is not asked first.
      await Promise.all(named(30).flatMap((_, n) => [record(2 + n), record(n, 'rival')]));
      expect(log.warn).toHaveBeenCalledOnce();
      expect(stream.stored.get(lane())).toEqual(['exe_0']);
      expect(filesOf(dir)).not.toEqual([]);
      stream.state = 'up';
      await vi.waitFor(() => expect(filesOf(dir)).toEqual([]), { timeout: 10_000 });
      expect(stream.stored.get(lane())).toEqual(named(32));
      expect(stream.stored.get(lane('rival'))).toEqual(named(30));
      // And then it is the first again.
      await vi.waitFor(async () => {
        const asked = stream.asked;
        await record(40);
        expect(stream.asked).toBe(asked + 1);
      });
      expect(filesOf(dir)).toEqual([]);
    },
  );

  test('are not even published without a connection, and nobody waits', async () => {
    const stream = newStream();
    stream.connected = false;
    const dir = newDir();
    const { recorder } = startRecorder(stream, dir);
    const started = performance.now();
    const { sent, durable } = recorder.begin({
      tenant: 'acme',
      class: 'execution',
      type: 'dev.patchbay.execution.intent',
      subject: 'exe_1',
      data,
    });
    await Promise.all([sent, durable]);
    expect(performance.now() - started).toBeLessThan(200);
    expect(stream.asked).toBe(0);
    stream.connected = true;
    await vi.waitFor(() => expect(stream.stored.get(lane())).toEqual(['exe_1']), { timeout: 5_000 });
  });

  test('that nobody waits for are spooled too', async () => {
    const stream = newStream();
    stream.state = 'refusing';
    const dir = newDir();
    const { record } = startRecorder(stream, dir);
    await record(1, 'acme', true);
    expect(filesOf(dir)).toHaveLength(1);
  });

  test('come in order though more come all the while the spool is drained', { timeout: 30_000 }, async () => {
    const stream = newStream();
    const dir = newDir();
    const { record } = startRecorder(stream, dir);
    stream.state = 'refusing';
    const all: Promise<void>[] = [];
    let n = 0;
    let back = false;
    const feeding = setInterval(() => {
      for (let i = 0; i < 20; i++) all.push(record(n++));
    }, 2);
    await vi.waitFor(() => expect(n).toBeGreaterThan(1_000), { timeout: 10_000 });
    stream.state = 'up';
    // The stream is the first again although the feeding never stops.
    await vi.waitFor(
      () => {
        back = filesOf(dir).length === 0 && stream.stored.get(lane()) !== undefined;
        expect(back).toBe(true);
      },
      { timeout: 10_000, interval: 1 },
    );
    const asked = stream.asked;
    await vi.waitFor(() => expect(stream.asked).toBeGreaterThan(asked + 20), { timeout: 10_000 });
    clearInterval(feeding);
    await Promise.all(all);
    await vi.waitFor(() => expect(stream.stored.get(lane())).toHaveLength(n), { timeout: 10_000 });
    expect(stream.stored.get(lane())).toEqual(named(n));
  });

  test('that were left by a process before reach the stream at the next start', async () => {
    const stream = newStream();
    stream.connected = false;
    const dir = newDir();
    const first = startRecorder(stream, dir);
    await Promise.all([first.record(0), first.record(1)]);
    await first.recorder.close();
    expect(filesOf(dir)).toHaveLength(1);
    stream.connected = true;
    const second = startRecorder(stream, dir);
    await Promise.all([second.record(2), second.record(3)]);
    await vi.waitFor(() => expect(stream.stored.get(lane())).toEqual(named(4)), { timeout: 5_000 });
  });

  test('are kept once by the stream when a drained file could not be removed', async () => {
    const stream = newStream();
    stream.connected = false;
    const dir = newDir();
    let stuck = true;
    const { record } = startRecorder(stream, dir, {
      disk: {
        ...realDisk,
        async remove(path) {
          if (stuck) throw Object.assign(new Error('EIO'), { code: 'EIO' });
          await realDisk.remove(path);
        },
      },
    });
    await Promise.all(named(5).map((_, n) => record(n)));
    stream.connected = true;
    await vi.waitFor(() => expect(stream.stored.get(lane())).toHaveLength(5), { timeout: 5_000 });
    stuck = false;
    await vi.waitFor(() => expect(filesOf(dir)).toEqual([]), { timeout: 5_000 });
    expect(stream.stored.get(lane())).toEqual(named(5));
  });

  test('go to the stream while the spool cannot be used', async () => {
    const stream = newStream();
    const dir = newDir();
    writeFileSync(dir, ''); // a file where the directory should be
    const { record, log } = startRecorder(stream, dir);
    expect(log.error).toHaveBeenCalledOnce();
    await Promise.all([record(0), record(1)]);
    // One hiccup of the stream, and it goes on with it.
    stream.state = 'refusing';
    await expect(record(2)).rejects.toMatchObject({ code: 'audit_unavailable' });
    stream.state = 'up';
    await record(3);
    expect(stream.stored.get(lane())).toEqual(['exe_0', 'exe_1', 'exe_3']);
  });

  test('are refused when the stream is away and the spool full, and taken when there is room', async () => {
    const stream = newStream();
    stream.state = 'refusing';
    const dir = newDir();
    const { record, recorder } = startRecorder(stream, dir, { maxBytes: 3_000 });
    const outcomes = await Promise.allSettled(named(30).map((_, n) => record(n, `tenant-${n}`)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(1);
    expect(outcomes.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'audit_unavailable' } });
    const late = recorder.begin({ tenant: 'acme', class: 'execution', type: 'dev.patchbay.execution.intent', data });
    await expect(late.durable).rejects.toMatchObject({ code: 'audit_unavailable' });
    stream.connected = false; // not even handed to the kernel
    const lost = recorder.begin({ tenant: 'acme', class: 'execution', type: 'dev.patchbay.execution.intent', data });
    await expect(lost.sent).rejects.toMatchObject({ code: 'audit_unavailable' });
    stream.connected = true;
    stream.state = 'up';
    await vi.waitFor(() => record(99), { timeout: 5_000 });
  });

  test('go past a full spool to a stream that is back already', async () => {
    const stream = newStream();
    stream.state = 'refusing';
    const { record } = startRecorder(stream, newDir(), { maxBytes: 1_000 });
    await record(0);
    stream.state = 'up';
    await record(1);
    expect(stream.stored.get(lane())).toContain('exe_1');
  });

  test('of which the sender may write none are refused, and do not fill the spool', async () => {
    const stream = newStream();
    stream.state = 'refusing';
    stream.failure = Object.assign(new Error('not permitted'), { name: 'PermissionViolationError' });
    const dir = newDir();
    const { record } = startRecorder(stream, dir);
    await expect(record(1)).rejects.toMatchObject({ code: 'audit_unavailable' });
    expect(filesOf(dir)).toEqual([]);
  });

  test('that the stream will never take are kept on disk, and hold up no others', async () => {
    const stream = newStream();
    stream.state = 'refusing';
    const dir = newDir();
    const { record, log } = startRecorder(stream, dir);
    await record(1);
    stream.failure = Object.assign(new Error('message size exceeds maximum'), { name: 'StreamRefusal', code: 10_054 });
    await vi.waitFor(() => expect(readdirSync(dir)).toContain('000000000001.aside'), { timeout: 5_000 });
    expect(log.error).toHaveBeenCalledWith(
      expect.objectContaining({ alert: 'audit_spool' }),
      expect.stringContaining('never'),
    );
    stream.state = 'up';
    await record(2);
    // By way of the spool, where that was not found empty yet.
    await vi.waitFor(() => expect(stream.stored.get(lane())).toEqual(['exe_2']), { timeout: 5_000 });
  });
});

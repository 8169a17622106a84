import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Spool, type SpoolOptions, SpoolRefusal } from './spool.ts';
import { realDisk, type SpoolDisk } from './spool-disk.ts';
import { decodeFile, encodeEntry, type SpooledMessage } from './spool-entry.ts';

const dirs: string[] = [];
const openSpools: Spool[] = [];
afterEach(async () => {
  await Promise.all(openSpools.splice(0).map((spool) => spool.close()));
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'audit-spool-'));
  dirs.push(dir);
  return join(dir, 'spool');
}

function openSpool(options: Partial<SpoolOptions> & { dir: string }, trouble = vi.fn()): Spool {
  const spool = new Spool({ maxBytes: 1_000_000, ...options }, trouble);
  openSpools.push(spool);
  return spool;
}

const message = (n: number, payload = `[{"n":${n},"text":"Zürich\\n"}]`): SpooledMessage => ({
  subject: 'audit.v1.acme.execution',
  messageId: `aud_${n}`,
  producer: 'executor',
  mac: `mac-${n}`,
  payload,
});
const messages = (count: number, from = 0) => Array.from({ length: count }, (_, n) => message(from + n));
const appendAll = (spool: Spool, all: readonly SpooledMessage[]) => Promise.all(all.map((one) => spool.append(one)));
const takeAll = async (spool: Spool) => {
  const taken: SpooledMessage[] = [];
  await spool.drain(async (given) => {
    taken.push(...given);
    return { taken: given.length, refused: false };
  });
  return taken;
};
/** Leaves a spool as a process does that is killed: its lock is a dead one's. */
async function abandon(spool: Spool, dir: string): Promise<void> {
  await spool.close();
  writeFileSync(join(dir, 'owner'), JSON.stringify({ pid: 4_194_303, started: '1' }));
}
const filesOf = (dir: string) => readdirSync(dir).filter((name) => name.endsWith('.spool'));

describe('the audit spool', () => {
  test('gives back what it took, in order and to the letter, and is empty then', async () => {
    const dir = newDir();
    const spool = openSpool({ dir });
    await appendAll(spool, messages(100));
    expect(spool.empty).toBe(false);
    expect(await takeAll(spool)).toEqual(messages(100));
    expect(spool.empty).toBe(true);
    expect(spool.bytes).toBe(0);
    expect(filesOf(dir)).toEqual([]);
  });

  test('is readable by its user alone', async () => {
    const dir = newDir();
    await openSpool({ dir }).append(message(1));
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
  });

  test('syncs once for all that came while it wrote, and tells nobody before', async () => {
    let syncs = 0;
    let told = 0;
    const gate = Promise.withResolvers<void>();
    const disk: SpoolDisk = {
      ...realDisk,
      async create(dir, path) {
        const file = await realDisk.create(dir, path);
        return {
          ...file,
          async sync() {
            syncs++;
            if (syncs === 1) await gate.promise;
            expect(told).toBe(syncs === 1 ? 0 : 1);
            await file.sync();
          },
        };
      },
    };
    const spool = openSpool({ dir: newDir(), disk });
    const tell = () => void told++;
    const first = spool.append(message(0)).then(tell);
    await vi.waitFor(() => expect(syncs).toBe(1));
    const others = messages(50, 1).map((one) => spool.append(one).then(tell));
    gate.resolve();
    await Promise.all([first, ...others]);
    expect(syncs).toBe(2);
    expect(told).toBe(51);
  });

  test('begins another file when one is full, and removes each that was taken', async () => {
    const dir = newDir();
    const spool = openSpool({ dir, fileBytes: 500 });
    for (const one of messages(20)) await spool.append(one);
    const before = filesOf(dir).length;
    expect(before).toBeGreaterThan(3);
    let rounds = 0;
    await spool.drain(async (given) => ({ taken: rounds++ < 2 ? given.length : 1, refused: false }));
    expect(filesOf(dir)).toHaveLength(before - 2);
    // What was taken of a file is not given out again, nor anything out of order.
    const left = await takeAll(spool);
    expect(left).toEqual(messages(20).slice(-left.length));
    expect(spool.bytes).toBe(0);
  });

  test('counts what is full as not taken, and takes again when it was drained', async () => {
    const entry = encodeEntry(message(1)).length;
    const spool = openSpool({ dir: newDir(), maxBytes: 10 * entry });
    const outcomes = await Promise.allSettled(messages(20).map((one) => spool.append(one)));
    const taken = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(taken).toBeGreaterThan(5);
    expect(taken).toBeLessThan(11);
    expect(outcomes.at(-1)).toMatchObject({ status: 'rejected', reason: expect.any(SpoolRefusal) });
    expect(await takeAll(spool)).toEqual(messages(taken));
    await spool.append(message(1));
  });

  test('what a process left, the next one has, and goes on behind it', async () => {
    const dir = newDir();
    const before = openSpool({ dir });
    await appendAll(before, messages(5));
    await abandon(before, dir);
    const spool = openSpool({ dir });
    spool.prepare();
    expect(spool.empty).toBe(false);
    await appendAll(spool, messages(5, 5));
    expect(await takeAll(spool)).toEqual(messages(10));
  });

  test('leaves out what a crash cut off, at every byte, and nothing before it', async () => {
    const dir = newDir();
    const whole = openSpool({ dir });
    await appendAll(whole, messages(3));
    await whole.close();
    const file = readFileSync(join(dir, filesOf(dir)[0] as string));
    const ends = [8];
    for (const one of messages(3)) ends.push((ends.at(-1) as number) + encodeEntry(one).length);
    expect(ends.at(-1)).toBe(file.length);
    for (let length = 0; length <= file.length; length++) {
      const complete = Math.max(0, ends.filter((end) => end <= length).length - 1);
      const decoded = decodeFile(file.subarray(0, length));
      expect(decoded.messages).toEqual(messages(complete));
      expect(decoded.damaged).toBe(0);
    }
    // A file whose length reached the disk and whose bytes did not.
    const zeros = decodeFile(Buffer.concat([file, Buffer.alloc(4_096)]));
    expect(zeros).toEqual({ messages: messages(3), tornBytes: 4_096, damaged: 0 });
  });

  test('keeps a file in which something changed, and gives out the rest of it', async () => {
    const dir = newDir();
    const before = openSpool({ dir });
    await appendAll(before, messages(3));
    await before.close();
    const path = join(dir, filesOf(dir)[0] as string);
    const file = readFileSync(path);
    const second = 8 + encodeEntry(message(0)).length + 20;
    file[second] = (file[second] as number) ^ 1;
    writeFileSync(path, file);
    const trouble = vi.fn();
    const spool = openSpool({ dir }, trouble);
    spool.prepare();
    expect(await takeAll(spool)).toEqual([message(0), message(2)]);
    expect(trouble).toHaveBeenCalledWith(expect.stringContaining('kept'), expect.objectContaining({ damaged: 1 }));
    expect(readdirSync(dir)).toContain('000000000001.aside');
    expect(spool.empty).toBe(true);
  });

  test('keeps a file of which the stream will never take something', async () => {
    const dir = newDir();
    const spool = openSpool({ dir });
    await appendAll(spool, messages(2));
    await spool.drain(async (given) => ({ taken: given.length, refused: true }));
    expect(spool.empty).toBe(true);
    expect(decodeFile(readFileSync(join(dir, '000000000001.aside'))).messages).toEqual(messages(2));
  });

  test('takes nothing into a directory that a living process has', async () => {
    const dir = newDir();
    const owner = openSpool({ dir });
    await owner.append(message(1));
    const second = openSpool({ dir });
    expect(() => second.prepare()).toThrow(/belongs to process/);
    await expect(second.append(message(2))).rejects.toMatchObject({ cause: { name: 'SpoolInUse' } });
    await owner.close();
    await second.append(message(3));
    expect(await takeAll(second)).toEqual([message(1), message(3)]);
  });

  test.each([
    ['a lock that was cut off', ''],
    ['a process of the same id that is gone', JSON.stringify({ pid: process.pid, started: '1' })],
    ['a process that is gone', JSON.stringify({ pid: 4_194_303, started: '7' })],
  ])('takes over from %s', async (_what, owner) => {
    const dir = newDir();
    const before = openSpool({ dir });
    await before.append(message(1));
    await before.close();
    writeFileSync(join(dir, 'owner'), owner);
    expect(await takeAllOf(openSpool({ dir }))).toEqual([message(1)]);
  });

  test('cannot be used where its directory is none, and works when it is one', async () => {
    const dir = newDir();
    writeFileSync(dir, '');
    const trouble = vi.fn();
    const spool = openSpool({ dir }, trouble);
    for (let i = 0; i < 3; i++) await expect(spool.append(message(1))).rejects.toBeInstanceOf(SpoolRefusal);
    expect(trouble).toHaveBeenCalledOnce();
    rmSync(dir);
    await spool.append(message(1));
    expect(await takeAll(spool)).toEqual([message(1)]);
  });
});

async function takeAllOf(spool: Spool): Promise<SpooledMessage[]> {
  spool.prepare();
  return takeAll(spool);
}

describe('a disk that fails under the audit spool', () => {
  /** A disk on which `fails` decides what fails. */
  function failingDisk(fails: (what: 'create' | 'append' | 'sync' | 'cut' | 'read', path: string) => string | null) {
    const check = (what: Parameters<typeof fails>[0], path: string) => {
      const code = fails(what, path);
      if (code !== null) throw Object.assign(new Error(code), { code });
    };
    const disk: SpoolDisk = {
      ...realDisk,
      async create(dir, path) {
        check('create', path);
        const file = await realDisk.create(dir, path);
        return {
          ...file,
          async append(bytes) {
            if (fails('append', path) !== null) await file.append(bytes.subarray(0, bytes.length / 2)); // as a full disk does
            check('append', path);
            await file.append(bytes);
          },
          async sync() {
            check('sync', path);
            await file.sync();
          },
          async cutTo(bytes) {
            check('cut', path);
            await file.cutTo(bytes);
          },
        };
      },
      async read(path) {
        check('read', path);
        return realDisk.read(path);
      },
    };
    return disk;
  }

  test.each([
    ['no room', 'append', 'ENOSPC'],
    ['an error of writing', 'append', 'EIO'],
    ['an error of the sync', 'sync', 'EIO'],
    ['a file system that is read-only', 'create', 'EROFS'],
    ['no descriptors', 'create', 'EMFILE'],
  ] as const)(
    'with %s nothing counts as taken, what was before stays, and it goes on when it can',
    async (_what, where, code) => {
      const dir = newDir();
      let failing = false;
      const disk = failingDisk((what) => (failing && what === where ? code : null));
      const trouble = vi.fn();
      const spool = openSpool({ dir, disk, fileBytes: 100 }, trouble);
      await appendAll(spool, messages(2));
      failing = true;
      for (let i = 0; i < 3; i++)
        await expect(spool.append(message(99))).rejects.toMatchObject({ name: 'SpoolRefusal', cause: { code } });
      expect(trouble).toHaveBeenCalledOnce();
      failing = false;
      await appendAll(spool, messages(2, 2));
      expect(await takeAll(spool)).toEqual(messages(4));
      expect(spool.bytes).toBe(0);
      expect(filesOf(dir)).toEqual([]);
    },
  );

  test('after a sync that failed the file is not written again, though it cannot even be cut', async () => {
    const dir = newDir();
    let failing = false;
    const disk = failingDisk((what) => (failing && (what === 'sync' || what === 'cut') ? 'EIO' : null));
    const spool = openSpool({ dir, disk });
    await spool.append(message(1));
    failing = true;
    await expect(spool.append(message(2))).rejects.toBeInstanceOf(SpoolRefusal);
    failing = false;
    await spool.append(message(3));
    expect(filesOf(dir)).toHaveLength(2);
    // The record that was refused may come out after all: it was never told to be durable, and never denied to the log.
    const taken = await takeAll(spool);
    expect(taken.filter(({ messageId }) => messageId !== 'aud_2')).toEqual([message(1), message(3)]);
  });

  test('a file that cannot be read stays', async () => {
    let failing = true;
    const spool = openSpool({
      dir: newDir(),
      disk: failingDisk((what) => (failing && what === 'read' ? 'EIO' : null)),
    });
    await spool.append(message(1));
    await expect(takeAll(spool)).rejects.toMatchObject({ code: 'EIO' });
    failing = false;
    expect(await takeAll(spool)).toEqual([message(1)]);
  });
});

test('what a process was told is on disk outlives kill -9 at any moment', { timeout: 60_000 }, async () => {
  const dir = newDir();
  // Tells each message that is durable; each round is killed in the middle of its writes.
  const script = `
    import { Spool } from ${JSON.stringify(join(import.meta.dirname, 'spool.ts'))};
    const spool = new Spool({ dir: ${JSON.stringify(dir)}, maxBytes: 1e8, fileBytes: 20_000 });
    spool.prepare();
    const round = process.argv[1];
    for (let n = 0; ; n += 3) await Promise.all([n, n + 1, n + 2].map((one) =>
      spool.append({ subject: 's', messageId: round + '-' + one, producer: 'p', mac: 'm', payload: 'x'.repeat(200) })
        .then(() => process.stdout.write(round + '-' + one + '\\n'))));`;
  const told: string[] = [];
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, String(round)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > 500 + 300 * round) child.kill('SIGKILL');
    });
    expect((await once(child, 'close'))[1]).toBe('SIGKILL');
    told.push(...output.split('\n').slice(0, -1));
    appendFileSync(join(dir, filesOf(dir).at(-1) as string), Buffer.from([200, 0, 0, 0, 1, 2])); // half an entry
  }
  const spool = openSpool({ dir, maxBytes: 1e8 });
  spool.prepare();
  const ids = (await takeAll(spool)).map(({ messageId }) => messageId);
  expect(told.length).toBeGreaterThan(100);
  expect(new Set(ids).size).toBe(ids.length);
  const kept = new Set(ids);
  expect(told.filter((id) => !kept.has(id))).toEqual([]);
  // Whatever else is there came after: each round's messages are in order and without a hole.
  for (const round of ['0', '1', '2']) {
    const own = ids.filter((id) => id.startsWith(`${round}-`));
    expect(own).toEqual(own.map((_, n) => `${round}-${n}`));
  }
});

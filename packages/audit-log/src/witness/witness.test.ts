import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CompactRange } from '../merkle/compact-range.ts';
import { emptyRoot, leafHash } from '../merkle/hashes.ts';
import { consistencyRanges, subtreeHash } from '../merkle/proof-ranges.ts';
import { logOrigin, openCheckpoint, signCheckpoint } from '../note/checkpoint.ts';
import { localSigningKey } from '../note/note-signer.ts';
import { verifierKey } from '../note/verifier-key.ts';
import { formatAddCheckpoint } from './add-checkpoint-request.ts';
import { type FileWitnessStore, openFileWitnessStore, originHash } from './file-witness-store.ts';
import { createWitness } from './witness.ts';
import { startWitnessServer, type WitnessServer } from './witness-server.ts';

const origin = logOrigin('inst-1', 'acme');
const logKey = localSigningKey(generateKeyPairSync('ed25519').privateKey);
const key = localSigningKey(generateKeyPairSync('ed25519').privateKey);
const witnessKey = verifierKey('witness.example', key.publicKey, 4);
const time = 1_790_000_000;

const history = (name: string) => Array.from({ length: 40 }, (_, i) => leafHash(`${name} ${i}`));
const main = history('main');
/** The same first ten records, and then others. */
const fork = [...main.slice(0, 10), ...history('fork').slice(10)];

function treeOf(leaves: readonly Buffer[], size: number): CompactRange {
  const tree = CompactRange.empty();
  for (const leaf of leaves.slice(0, size)) tree.append(leaf);
  return tree;
}

async function request(oldSize: number, size: number, change: { leaves?: readonly Buffer[]; key?: typeof key } = {}) {
  const leaves = change.leaves ?? main;
  const proof =
    size < oldSize
      ? []
      : consistencyRanges(oldSize, size).map(({ begin, end }) => subtreeHash(leaves.slice(begin, end)));
  const checkpoint = { origin, size, root: treeOf(leaves, size).root(), previous: null };
  return formatAddCheckpoint(oldSize, proof, await signCheckpoint(checkpoint, change.key ?? logKey));
}

let directory: string;
let server: WitnessServer;
let store: FileWitnessStore;
const start = async () => {
  store = openFileWitnessStore(directory);
  const keysOf = (of: string) => (of === origin ? [verifierKey(origin, logKey.publicKey)] : null);
  const witness = createWitness({ name: 'witness.example', key, keysOf, store, now: () => time * 1_000 });
  server = await startWitnessServer({ witness, directory, host: '127.0.0.1', port: 0 });
};
beforeEach(() => {
  for (const file of readdirSync(directory)) if (file !== 'pid') rmSync(join(directory, file));
});
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'patchbay-witness-'));
  await start();
});
afterAll(async () => {
  await server.close();
  store.close();
  rmSync(directory, { recursive: true });
});

async function post(body: string | Uint8Array) {
  const answer = await fetch(`${server.url}/add-checkpoint`, { method: 'POST', body: body as never });
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
}
const latest = () => fetch(`${server.url}/${originHash(origin)}/checkpoint`);

describe('a witness', () => {
  test('signs a log’s first checkpoint, and each that goes on from it, with the time', async () => {
    for (const [oldSize, size] of [
      [0, 10],
      [10, 11],
      [11, 40],
    ] as const) {
      const body = await request(oldSize, size);
      const answer = await post(body);
      expect(answer).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' });
      const note = `${body.slice(body.indexOf('\n\n') + 2)}${answer.body}`;
      expect(openCheckpoint(note, [witnessKey])?.verdict).toMatchObject({ ok: true, signatures: [{ time }] });
    }
  });

  test('signs the same checkpoint again, also the one of an empty log', async () => {
    expect((await post(await request(0, 0))).status).toBe(200);
    expect((await post(await request(0, 0))).status).toBe(200);
    expect((await post(await request(0, 7))).status).toBe(200);
    expect((await post(await request(7, 7))).status).toBe(200);
  });

  test('tells the size that it has where the log has another', async () => {
    await post(await request(0, 12));
    for (const [oldSize, size] of [
      [0, 12],
      [11, 20],
      [13, 20],
    ] as const)
      expect(await post(await request(oldSize, size))).toEqual({ status: 409, type: 'text/x.tlog.size', body: '12\n' });
  });

  test('refuses another history: longer, of the same size, and a shorter one', async () => {
    await post(await request(0, 12));
    expect((await post(await request(12, 20, { leaves: fork }))).status).toBe(422);
    expect((await post(await request(12, 12, { leaves: fork }))).status).toBe(422);
    expect((await post(await request(12, 11))).status).toBe(400);
    expect((await latest()).status).toBe(200);
    expect(openCheckpoint(await (await latest()).text(), [])?.checkpoint.size).toBe(12);
    // The fork is proof, with the log's own signature, and is kept.
    const kept = readFileSync(join(directory, `${originHash(origin)}.fork`), 'utf8');
    const opened = openCheckpoint(kept, [verifierKey(origin, logKey.publicKey)]);
    expect(opened).toMatchObject({ checkpoint: { size: 12, root: treeOf(fork, 12).root() }, verdict: { ok: true } });
    expect((await post(await request(12, 20))).status).toBe(200);
  });

  test('refuses a proof where there is nothing to prove, and an empty log with a root', async () => {
    const good = await request(0, 5);
    expect((await post(good.replace('\n\n', `\n${leafHash('x').toString('base64')}\n\n`))).status).toBe(422);
    const note = await signCheckpoint({ origin, size: 0, root: leafHash('x'), previous: null }, logKey);
    expect((await post(formatAddCheckpoint(0, [], note))).status).toBe(422);
    expect((await latest()).status).toBe(404);
  });

  test('refuses who is not the log', async () => {
    expect((await post(await request(0, 5, { key }))).status).toBe(403);
    const changed = (await request(0, 5)).replace(`${origin}\n5\n`, `${origin}\n6\n`);
    expect((await post(changed)).status).toBe(403);
    const note = await signCheckpoint(
      { origin: 'patchbay/inst-1/rival', size: 0, root: emptyRoot(), previous: null },
      logKey,
    );
    expect((await post(formatAddCheckpoint(0, [], note))).status).toBe(404);
  });

  test.each([
    ['nothing', () => ''],
    ['no old size', (body: string) => body.replace('old 0', 'new 0')],
    ['an old size with a zero ahead', (body: string) => body.replace('old 0', 'old 00')],
    ['a line of proof that is no hash', (body: string) => body.replace('old 0\n', 'old 0\nAAAA\n')],
    [
      'too many lines of proof',
      (body: string) => body.replace('old 0\n', `old 0\n${`${leafHash('x').toString('base64')}\n`.repeat(64)}`),
    ],
    ['no note', (body: string) => body.slice(0, -2)],
    ['too much', (body: string) => body.padEnd(200_000, 'x')],
  ])('does not take %s for a request', async (_what, change) =>
    expect((await post(change(await request(0, 5)))).status).toBe(400),
  );

  test('does not take what is no UTF-8 for a request', async () =>
    expect((await post(Buffer.concat([Buffer.from(await request(0, 5)), Buffer.from([0xff, 10])]))).status).toBe(400));

  test('of two checkpoints at once signs one', async () => {
    const both = await Promise.all(
      [request(0, 20), request(0, 20, { leaves: fork }), request(0, 15)].map(async (body) => post(await body)),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
  });

  test('remembers over a restart, for nobody else to read, and shows what it signed last', async () => {
    await post(await request(0, 12));
    await server.close();
    store.close();
    await start();
    expect((await post(await request(0, 20, { leaves: fork }))).body).toBe('12\n');
    const opened = openCheckpoint(await (await latest()).text(), [witnessKey, verifierKey(origin, logKey.publicKey)]);
    expect(opened).toMatchObject({ checkpoint: { size: 12 }, verdict: { ok: true } });
    expect(opened?.note.signatures.map(({ name }) => name)).toEqual([origin, 'witness.example']);
    const [file = ''] = readdirSync(directory).filter((name) => name !== 'pid');
    expect([file, statSync(join(directory, file)).mode & 0o777]).toEqual([`${originHash(origin)}.checkpoint`, 0o600]);
  });

  test('signs nothing when it cannot tell what it signed', async () => {
    await post(await request(0, 12));
    writeFileSync(join(directory, `${originHash(origin)}.checkpoint`), 'gone');
    expect((await post(await request(0, 20))).status).toBe(500);
    expect(readFileSync(join(directory, `${originHash(origin)}.checkpoint`), 'utf8')).toBe('gone');
  });

  test('has its memory for itself', () => {
    const pid = join(directory, 'pid');
    writeFileSync(pid, '1');
    expect(() => openFileWitnessStore(directory)).toThrow('belongs to the witness in process 1');
    writeFileSync(pid, 'gone');
    openFileWitnessStore(directory);
    expect(readFileSync(pid, 'utf8')).toBe(String(process.pid));
  });

  test('has no other doors', async () => {
    const statusOf = async (path: string, method: string) => (await fetch(`${server.url}${path}`, { method })).status;
    expect(await statusOf('/add-checkpoint', 'GET')).toBe(405);
    expect(await statusOf(`/${originHash(origin)}/checkpoint`, 'DELETE')).toBe(405);
    expect(await statusOf('/../../etc/passwd/checkpoint', 'GET')).toBe(404);
    expect(await statusOf('/', 'GET')).toBe(404);
  });
});

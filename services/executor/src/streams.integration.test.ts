import { type ErrorCode, inboxPrefixOf, routes, signals } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { type Behaviour, type Sandbox, startSandbox } from '@patchbay/testkit/sandbox';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startFakeVault } from './fake-vault.test-support.ts';
import { publish, type RunningExecutor, runExecutor } from './running-executor.test-support.ts';
import { feedDocument, openStream, type TakenStream } from './streams.test-support.ts';

let servers: TestServers;
let sandbox: Sandbox;
let executor: RunningExecutor;
let agent: Messaging;

beforeAll(async () => {
  servers = await startTestServers({ tenants: ['acme', 'rival'] });
  sandbox = await startSandbox({ documents: [feedDocument()] });
  await startFakeVault(servers);
  await publish(servers, feedDocument());
  executor = await runExecutor(servers, 'executor-1', { dialOverride: sandbox.url, streamStallMs: 60_000 });
  agent = await servers.connect('agent', 'acme');
});
afterEach(() => sandbox.reset());
afterAll(async () => {
  await executor?.stop();
  await sandbox?.close();
  await servers?.stop();
});

const stream = (behaviour: Omit<Extract<Behaviour, { kind: 'stream' }>, 'kind'>) =>
  sandbox.behave({ do: { kind: 'stream', ...behaviour } });
const line = `${JSON.stringify({ text: 'x'.repeat(2_000) })}\n`;
const endless = () => stream({ chunks: [line], repeat: 'endless', contentType: 'application/x-ndjson' });

/** Until the upstream could push nothing for a while; what it pushed until then. */
async function stalled(): Promise<number> {
  let before = -1;
  await expect
    .poll(
      () => {
        const bytes = sandbox.streams()[0]?.bytes ?? 0;
        const still = bytes > 0 && bytes === before;
        before = bytes;
        return still;
      },
      { interval: 300, timeout: 30_000 },
    )
    .toBe(true);
  return before;
}

const patiently = { timeout: 20_000 };
const first = (taken: TakenStream) => expect.poll(() => taken.chunks.length, patiently).toBeGreaterThan(1);
const closed = () => expect.poll(() => sandbox.streams()[0]?.open, patiently).toBe(false);

describe('a stream', () => {
  test('of 10,000 chunks arrives whole and in order, with a result that counts them', { timeout: 60_000 }, async () => {
    const lines = Array.from({ length: 100 }, (_, n) => `${JSON.stringify({ n })}\n`);
    stream({ chunks: lines, repeat: 100, contentType: 'application/x-ndjson' });
    const taken = openStream(agent, { tool: 'feed_rows' });
    await first(taken);
    taken.flow();
    expect(await taken.result).toMatchObject({
      status: 'succeeded',
      output: { count: 10_000 },
      stream: { chunks: 10_000, cut_by: null },
    });
    expect(taken.chunks.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 10_001 }, (_, n) => n));
    expect(taken.chunks.slice(1).every(({ data }, at) => (data as { n: number }).n === at % 100)).toBe(true);
  });

  test('of events is picked, and ends where the document says', async () => {
    const taken = openStream(agent, { tool: 'feed_say' });
    expect(await taken.result).toMatchObject({ status: 'succeeded', output: 'Hello', stream: { chunks: 2 } });
    expect(taken.chunks.slice(1).map(({ data }) => data)).toEqual([{ text: 'Hel' }, { text: 'lo' }]);
  });

  test('is one result for a caller that asks for none', async () => {
    const call = { tool: 'feed_say', arguments: { number: 1 } };
    const result = await agent.request(routes.executeTool, { tenant: 'acme' }, call);
    expect(result).toMatchObject({ status: 'succeeded', output: 'Hello' });
    expect(result.stream).toBeUndefined();
  });

  test('that breaks off ends with a typed error after the chunks that came', async () => {
    stream({ end: 'cut' });
    const taken = openStream(agent, { tool: 'feed_rows' });
    expect(await taken.result).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_error', details: { items_before: 3 } },
      stream: { chunks: 3 },
    });
    expect(taken.chunks).toHaveLength(4);
  });

  test('that outlasts the deadline ends there', async () => {
    stream({ end: 'open' });
    const taken = openStream(agent, { tool: 'feed_rows', deadline_ms: 1_000 });
    expect(await taken.result).toMatchObject({ status: 'failed', error: { code: 'deadline_exceeded' } });
    await closed();
  });
});

describe('a slow caller', () => {
  test('slows the upstream, and goes on where it was', { timeout: 90_000 }, async () => {
    endless();
    const taken = openStream(agent, { tool: 'feed_rows', stream_window: 8 });
    const pushed = await stalled();
    // What the kernel holds of one connection on both sides (tcp_wmem and tcp_rmem: some 10 MB), and a little of ours.
    expect(pushed).toBeLessThan(32_000_000);
    // A window of chunks is all that left; the rest waits in the kernel's buffers and at the upstream.
    expect(taken.chunks).toHaveLength(1 + 8);
    taken.credit(4);
    await expect.poll(() => taken.chunks.length, patiently).toBe(1 + 12);
    expect(sandbox.streams()[0]?.bytes).toBeLessThan(pushed + 1_000_000);
    taken.flow();
    await expect.poll(() => sandbox.streams()[0]?.bytes, { timeout: 60_000 }).toBeGreaterThan(2 * pushed);
    taken.credit(0, true);
    expect(await taken.result).toMatchObject({
      status: 'cancelled',
      error: { details: { reason: 'caller_cancelled' } },
    });
    await closed();
  });

  test('that takes nothing at all is given up on', { timeout: 60_000 }, async () => {
    const impatient = await runExecutor(servers, 'executor-2', { dialOverride: sandbox.url, streamStallMs: 200 });
    // Either executor may get it; only the impatient one gives up, so ask until it did.
    endless();
    let code: ErrorCode | undefined;
    for (let tries = 0; tries < 20 && code === undefined; tries++) {
      const taken = openStream(agent, { tool: 'feed_rows', stream_window: 1, deadline_ms: 2_000 });
      const { error } = await taken.result;
      if (error?.details.reason === 'no_credit') code = error.code;
    }
    await impatient.stop();
    expect(code).toBe('cancelled');
  });
});

describe('a caller that leaves', () => {
  test('in the middle closes the upstream, without a word', async () => {
    endless();
    const taken = openStream(agent, { tool: 'feed_rows' });
    await first(taken);
    // Room for more, so that the next chunk finds nobody.
    taken.leave();
    taken.credit(taken.chunks.at(-1)?.sequence ?? 0);
    await closed();
  });

  test('while the upstream is silent closes it too', async () => {
    stream({ end: 'open' });
    const taken = openStream(agent, { tool: 'feed_rows' });
    await expect.poll(() => taken.chunks.length, patiently).toBe(4);
    taken.leave();
    await closed();
  });

  test('by a cancel closes the upstream, and hears what became of it', async () => {
    endless();
    const taken = openStream(agent, { tool: 'feed_rows' });
    await first(taken);
    const executionId = taken.chunks[0]?.execution_id as string;
    const answer = await agent.request(routes.cancelExecution, { tenant: 'acme' }, { execution_id: executionId });
    expect(answer).toEqual({ cancelled: [{ execution_id: executionId, effect: 'aborted' }] });
    expect(await taken.result).toMatchObject({ status: 'cancelled' });
    await closed();
  });

  test('a write lets it finish, and its key answers with the result', { timeout: 60_000 }, async () => {
    const removed = stream({ everyMs: 50 });
    const request = { tool: 'feed_write_rows', idempotency_key: 'toolu_stream' };
    const taken = openStream(agent, request);
    await first(taken);
    taken.leave();
    taken.credit(0, true);
    await closed();
    removed();
    const again = openStream(agent, request);
    expect(await again.result).toMatchObject({
      status: 'succeeded',
      replayed: true,
      output: [{ n: 1 }, { n: 2 }, { n: 3 }],
    });
    expect(again.chunks).toEqual([]);
    expect(sandbox.effects()).toHaveLength(1);
  });
});

describe('another identity', () => {
  test('can neither read a stream nor credit it', async () => {
    const rival = await servers.connect('agent', 'rival');
    endless();
    const taken = openStream(agent, { tool: 'feed_rows', stream_window: 1 });
    await first(taken);
    const execution = taken.chunks[0]?.execution_id as string;
    for (const acknowledged of [0, 1]) {
      rival.sendSignal(signals.streamCredit, { tenant: 'acme', execution }, { acknowledged, cancel: true });
      rival.sendSignal(signals.streamCredit, { tenant: 'rival', execution }, { acknowledged, cancel: true });
    }
    await rival.flush();
    // A credit of its own that comes after the rival's was refused shows that the stream is as it was.
    taken.credit(1);
    await expect.poll(() => taken.chunks.length, patiently).toBe(3);
    taken.credit(0, true);
    await taken.result;
  });

  test.each([
    ['agent', 'rival'],
    ['auditor', 'acme'],
    ['vault', undefined],
  ] as const)('%s of %s may not listen where chunks and credits pass', async (identity, tenant) => {
    const { permissionsOf } = await import('@patchbay/contracts');
    const { subscribe } = permissionsOf(identity, tenant);
    const inbox = inboxPrefixOf('agent', 'acme');
    expect(subscribe.filter((subject) => subject.startsWith(inbox) || subject.includes('.stream.'))).toEqual([]);
  });
});

import { events, newId, routes, type SubmitRequest } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { type Sandbox, startSandbox } from '@patchbay/testkit/sandbox';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { z } from 'zod';
import { startFakeVault } from './fake-vault.test-support.ts';
import { numbersDocument, publish, type RunningExecutor, runExecutor } from './running-executor.test-support.ts';

let servers: TestServers;
let sandbox: Sandbox;
let executor: RunningExecutor;
let agent: Messaging;
let admin: Messaging;

beforeAll(async () => {
  servers = await startTestServers({ tenants: ['acme', 'rival'], redis: false });
  sandbox = await startSandbox({ documents: [numbersDocument()] });
  await startFakeVault(servers);
  await publish(servers, numbersDocument());
  executor = await runExecutor(servers, 'executor-1', { dialOverride: sandbox.url });
  agent = await servers.connect('agent', 'acme');
  admin = await servers.connect('admin');
});
afterEach(() => sandbox.reset());
afterAll(async () => {
  await executor?.stop();
  await sandbox?.close();
  await servers?.stop();
});

const tenant = 'acme';
const call = (number: number) => ({ tool: 'numbers_book', arguments: { number } });
const submit = (request: Partial<z.input<typeof SubmitRequest>> = {}, from = agent, of = tenant) =>
  from.request(routes.submitTool, { tenant: of }, { execute: call(1), ...request });
const resultOf = (submission_id: string, from = agent, of = tenant) =>
  from.request(routes.getSubmissionResult, { tenant: of }, { submission_id });
const ended = (id: string) =>
  vi.waitFor(
    async () => {
      const found = await resultOf(id);
      expect(found.state).not.toBe('pending');
      return found;
    },
    { timeout: 20_000, interval: 50 },
  );

describe('a submission', () => {
  test('is carried out once accepted, told to who listens, and kept for pick-up by its tenant', async () => {
    const heard: unknown[] = [];
    agent.subscribeEvent(events.submissionFinished, { tenant }, (event) => heard.push(event));
    await agent.flush();
    const execute = { ...call(1), context: { session: 'call-77' } };
    const { submission_id, duplicate } = await submit({ execute });
    expect(duplicate).toBe(false);
    expect(await ended(submission_id)).toMatchObject({
      state: 'done',
      tries: 1,
      result: { status: 'succeeded', output: { ok: true } },
    });
    expect(sandbox.effects()).toHaveLength(1);
    await vi.waitFor(() =>
      expect(heard).toMatchObject([
        { submission_id, state: 'done', session: 'call-77', result: { status: 'succeeded' } },
      ]),
    );
    expect(JSON.stringify(heard)).not.toContain('"output"');
    const rival = await servers.connect('agent', 'rival');
    expect(await resultOf(submission_id, rival, 'rival')).toMatchObject({ state: 'unknown', result: null });
    await expect(resultOf(submission_id, rival)).rejects.toMatchObject({ code: 'not_permitted' });
  });

  test('that is sent again is the same one, and another call under its id is refused', async () => {
    const submission_id = newId('submission');
    await submit({ submission_id, delay_ms: 300 });
    expect(await submit({ submission_id, delay_ms: 300 })).toMatchObject({ submission_id, duplicate: true });
    await expect(submit({ submission_id, execute: call(2) })).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await ended(submission_id)).toMatchObject({ state: 'done', tries: 1 });
    expect(await submit({ submission_id })).toMatchObject({ duplicate: true });
    expect(sandbox.effects()).toHaveLength(1);
  });

  test.each([
    ['a tool nobody registered', { execute: { tool: 'numbers_bok' } }, 'tool_not_found'],
    ['arguments that do not fit', { execute: { tool: 'numbers_book', arguments: {} } }, 'invalid_arguments'],
    ['a dry run', { execute: { ...call(1), dry_run: true } }, 'invalid_request'],
    ['a delay past its end', { delay_ms: 10, expires_in_ms: 10 }, 'invalid_request'],
    ['an id of another shape', { submission_id: 'toolu_1' }, 'invalid_request'],
  ])('of %s is refused at once', async (_what, request, code) => {
    await expect(submit(request)).rejects.toMatchObject({ code });
  });

  test('that fails for a while is tried again until it succeeds', async () => {
    sandbox.behave({ tool: 'numbers_book', times: 1, do: { kind: 'rate_limit', retryAfter: '1' } });
    const { submission_id } = await submit({ execute: { ...call(1), deadline_ms: 500 } });
    const { tries, ...found } = await ended(submission_id);
    expect(found).toMatchObject({ state: 'done', result: { status: 'succeeded' } });
    expect(tries).toBeGreaterThan(1);
    expect(sandbox.effects()).toHaveLength(1);
  });

  test('whose answer was lost on the way is kept as outcome_unknown, not repeated', async () => {
    sandbox.behave({ tool: 'numbers_book', do: { kind: 'drop', at: 'before_response' } });
    const { submission_id } = await submit();
    expect(await ended(submission_id)).toMatchObject({ state: 'done', result: { status: 'outcome_unknown' } });
    expect(sandbox.requests()).toHaveLength(1);
  });

  test('runs in a lane of its own: live calls do not wait for a full one', async () => {
    sandbox.behave({ tool: 'numbers_book', do: { kind: 'delay', ms: 1_500 } });
    const submitted = await Promise.all(Array.from({ length: 6 }, (_, number) => submit({ execute: call(number) })));
    // Half of the four slots, as no tenant has more.
    await vi.waitFor(() => expect(sandbox.requests()).toHaveLength(2));
    const live = await agent.request(
      routes.executeTool,
      { tenant },
      { tool: 'numbers_look', arguments: { number: 1 } },
    );
    expect(live).toMatchObject({ status: 'succeeded' });
    expect(sandbox.requests({ tool: 'numbers_book' }).length).toBeLessThan(6);
    for (const { submission_id } of submitted) expect((await ended(submission_id)).state).toBe('done');
  });

  test('of an executor that died is carried out by another, as one effect', async () => {
    const submission_id = newId('submission');
    await submit({ submission_id, execute: { ...call(9), deadline_ms: 15_000 } });
    const first = await ended(submission_id);
    // What an executor leaves that dies between the effect and the record of it: the message comes again.
    const executors = await servers.connect('executor');
    const results = await executors.bucket('results');
    const entry = JSON.parse(Buffer.from((await results.get(`acme.${submission_id}`))?.value ?? []).toString());
    await results.put(`acme.${submission_id}`, JSON.stringify({ ...entry, state: 'pending', result: null }));
    await executors.publishDurable(
      'submissions.v1.acme',
      JSON.stringify({
        submission_id,
        execute: { ...call(9), deadline_ms: 15_000 },
        accepted_at: Date.now(),
        not_before: 0,
        expires_at: Date.now() + 60_000,
      }),
    );
    expect(await ended(submission_id)).toMatchObject({
      state: 'done',
      result: { execution_id: first.result?.execution_id, replayed: true },
    });
    expect((await resultOf(submission_id)).tries).toBeGreaterThan(1);
    expect(sandbox.effects()).toHaveLength(1);
  });
});

describe('a submission that cannot be carried out', () => {
  test('ends as a dead letter when its time is over, and can be replayed', async () => {
    sandbox.behave({ tool: 'numbers_book', do: { kind: 'rate_limit' } });
    const { submission_id: id } = await submit({ expires_in_ms: 1_500, execute: call(3) });
    expect(await ended(id)).toMatchObject({ state: 'dead_letter', result: { output: null } });
    const list = await admin.request(routes.listDeadLetters, {}, { tenant });
    expect(list).toMatchObject({ total: 1, dead_letters: [{ id, reason: 'expired', tool: 'numbers_book' }] });
    const shown = await admin.request(routes.showDeadLetter, {}, { tenant, id });
    expect(JSON.parse(shown.payload)).toMatchObject({ execute: { arguments: { number: 3 } } });
    sandbox.reset();
    expect(await admin.request(routes.replayDeadLetter, {}, { tenant, id })).toMatchObject({ submission_id: id });
    expect(await ended(id)).toMatchObject({ state: 'done', result: { status: 'succeeded' } });
    expect(sandbox.effects()).toHaveLength(1);
    expect((await admin.request(routes.listDeadLetters, {}, {})).total).toBe(0);
  });

  test('because it cannot be read ends there too, and can be dropped but not replayed', async () => {
    const executors = await servers.connect('executor');
    const { sequence } = await executors.publishDurable('submissions.v1.acme', 'no submission');
    const id = `seq-${sequence}`;
    await vi.waitFor(async () =>
      expect((await admin.request(routes.listDeadLetters, {}, {})).dead_letters).toMatchObject([
        { id, reason: 'unreadable', error: { code: 'invalid_request' } },
      ]),
    );
    const named = { tenant, id };
    await expect(admin.request(routes.replayDeadLetter, {}, named)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await admin.request(routes.dropDeadLetter, {}, named)).toMatchObject({ dropped: { id } });
    await expect(admin.request(routes.showDeadLetter, {}, named)).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

test('an agent may not write to the stream itself: its acknowledgement would go wherever the agent says', async () => {
  await expect(agent.publishDurable('submissions.v1.acme', '{}')).rejects.toThrow(/[Pp]ermission/);
});

test('a backlog that is full refuses more from its tenant, and only from it', async () => {
  const lone = await startTestServers({ tenants: ['acme', 'rival'], redis: false });
  try {
    await publish(lone, numbersDocument());
    await startFakeVault(lone);
    const accepting = await runExecutor(lone, 'executor-2', { dialOverride: sandbox.url, maxSubmissions: 0 });
    const executors = await lone.connect('executor');
    await Promise.all(Array.from({ length: 1_000 }, () => executors.publishDurable('submissions.v1.acme', '{}')));
    await expect(submit({}, await lone.connect('agent', 'acme'))).rejects.toMatchObject({ code: 'overloaded' });
    const rival = await lone.connect('agent', 'rival');
    const { submission_id } = await submit({}, rival, 'rival');
    expect(await resultOf(submission_id, rival, 'rival')).toMatchObject({ state: 'pending', tries: 0 });
    await accepting.stop();
  } finally {
    await lone.stop();
  }
});

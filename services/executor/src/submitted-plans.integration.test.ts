import { events, newId, type PlanCall, planOfSubmission, routes, type SubmitRequest } from '@patchbay/contracts';
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
  servers = await startTestServers({ tenants: ['acme'], redis: false });
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

type Call = z.input<typeof PlanCall>;
const tenant = 'acme';
const book = (id: string, number: number, over: Partial<Call> = {}): Call => ({
  id,
  tool: 'numbers_book',
  arguments: { number },
  ...over,
});
const submit = (calls: Call[], request: Partial<z.input<typeof SubmitRequest>> = {}, plan = {}) =>
  agent.request(routes.submitTool, { tenant }, { plan: { calls, ...plan }, ...request });
const resultOf = (submission_id: string) => agent.request(routes.getSubmissionResult, { tenant }, { submission_id });
const ended = (id: string) =>
  vi.waitFor(
    async () => {
      const found = await resultOf(id);
      expect(found.state).not.toBe('pending');
      return found;
    },
    { timeout: 20_000, interval: 50 },
  );
const acted = () =>
  sandbox
    .effects()
    .map(({ arguments: { number } }) => number)
    .sort();

describe('a submitted plan', () => {
  test('is carried out once accepted, told to who listens, and kept for pick-up', async () => {
    const heard: unknown[] = [];
    const begun: unknown[] = [];
    const submission_id = newId('submission');
    const plan = planOfSubmission(submission_id);
    agent.subscribeEvent(events.submissionFinished, { tenant, submission: submission_id }, (told) => heard.push(told));
    agent.subscribeEvent(events.planProgress, { tenant, plan }, ({ call, status }) => begun.push([call, status]));
    await agent.flush();
    const calls = [
      { id: 'who', tool: 'numbers_look', arguments: { number: 1 } },
      book('tell', 2, { depends_on: ['who'] }),
    ];
    const accepted = await submit(calls, { submission_id }, { context: { session: 'call-77' } });
    expect(accepted).toMatchObject({ submission_id, plan_id: plan, duplicate: false });
    expect(await ended(submission_id)).toMatchObject({
      state: 'done',
      tries: 1,
      result: null,
      plan: {
        plan_id: plan,
        status: 'succeeded',
        results: [
          { id: 'who', status: 'succeeded' },
          { id: 'tell', status: 'succeeded', output: { ok: true } },
        ],
      },
    });
    expect(acted()).toEqual([2]);
    await vi.waitFor(() =>
      expect(heard).toMatchObject([
        { state: 'done', session: 'call-77', result: null, plan: { plan_id: plan, counts: { succeeded: 2 } } },
      ]),
    );
    expect(JSON.stringify(heard)).not.toContain('"output"');
    expect(begun).toEqual([
      ['who', 'started'],
      ['who', 'succeeded'],
      ['tell', 'started'],
      ['tell', 'succeeded'],
    ]);
  });

  test('that is sent again is the same one, and other calls under its id are refused', async () => {
    const submission_id = newId('submission');
    await submit([book('a', 1)], { submission_id, delay_ms: 300 });
    expect(await submit([book('a', 1)], { submission_id, delay_ms: 300 })).toMatchObject({ duplicate: true });
    await expect(submit([book('a', 2)], { submission_id })).rejects.toMatchObject({ code: 'invalid_request' });
    const execute = { tool: 'numbers_book', arguments: { number: 1 } };
    await expect(agent.request(routes.submitTool, { tenant }, { submission_id, execute })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(await ended(submission_id)).toMatchObject({ state: 'done', tries: 1 });
    expect(acted()).toEqual([1]);
  });

  test.each([
    [
      'calls that wait in a circle',
      [book('a', 1, { depends_on: ['b'] }), book('b', 1, { depends_on: ['a'] })],
      'invalid_request',
      'plan.calls[0]',
    ],
    ['a tool nobody registered', [book('a', 1), { id: 'b', tool: 'numbers_bok' }], 'tool_not_found', null],
    [
      'arguments that do not fit',
      [book('a', 1), book('b', 1, { arguments: {} })],
      'invalid_arguments',
      'plan.calls[1].arguments.number',
    ],
    ['a dry run', [book('a', 1, { dry_run: true })], 'invalid_request', 'plan.dry_run'],
  ])('of %s is refused at once', async (_what, calls, code, path) => {
    const error = await submit(calls).then(
      () => null,
      (failure) => failure.body,
    );
    expect(error).toMatchObject({ code });
    if (path !== null) expect(error.details.issues[0].path).toBe(path);
  });

  test.each([
    ['both a call and a plan', { execute: { tool: 'numbers_look' }, plan: { calls: [book('a', 1)] } }],
    ['neither', {}],
  ])('of %s is none', async (_what, request) => {
    await expect(agent.request(routes.submitTool, { tenant }, request)).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  test('in which a call fails for a while goes on from it, and repeats nothing that acted', async () => {
    sandbox.behave({
      tool: 'numbers_book',
      when: { number: 2 },
      times: 1,
      do: { kind: 'rate_limit', retryAfter: '1' },
    });
    const calls = [book('a', 1), book('b', 2, { depends_on: ['a'] }), book('c', 3, { depends_on: ['b'] })];
    const { submission_id } = await submit(calls, {}, { deadline_ms: 700 });
    const found = await ended(submission_id);
    expect(found).toMatchObject({ state: 'done', plan: { status: 'succeeded' } });
    expect(found.tries).toBeGreaterThan(1);
    expect(found.plan?.results.map(({ replayed }) => replayed)).toEqual([true, false, false]);
    expect(acted()).toEqual([1, 2, 3]);
  });

  test('in which a fallback acted for a call that failed is final: it is not undone by another try', async () => {
    sandbox.behave({ tool: 'numbers_book', when: { number: 1 }, do: { kind: 'rate_limit' } });
    const calls = [book('primary', 1), book('fallback', 2, { when: "primary.status != 'succeeded'" })];
    const { submission_id } = await submit(calls, {}, { deadline_ms: 3_000, calls });
    expect(await ended(submission_id)).toMatchObject({ state: 'done', tries: 1, plan: { status: 'partial' } });
    expect(acted()).toEqual([2]);
  });

  test('whose message comes again after its executor died answers every call from the first time', async () => {
    const submission_id = newId('submission');
    const calls = [book('a', 1), book('b', 2, { depends_on: ['a'] })];
    await submit(calls, { submission_id });
    const first = await ended(submission_id);
    // What an executor leaves that dies between the last effect and the record of it: the message comes again.
    const executors = await servers.connect('executor');
    const results = await executors.bucket('results');
    const entry = JSON.parse(Buffer.from((await results.get(`acme.${submission_id}`))?.value ?? []).toString());
    await results.put(`acme.${submission_id}`, JSON.stringify({ ...entry, state: 'pending', plan: undefined }));
    await executors.publishDurable(
      'submissions.v1.acme',
      JSON.stringify({
        submission_id,
        plan: { calls },
        accepted_at: Date.now(),
        not_before: 0,
        expires_at: Date.now() + 60_000,
      }),
    );
    const again = await ended(submission_id);
    expect(again).toMatchObject({ state: 'done', tries: 2, plan: { status: 'succeeded' } });
    expect(again.plan?.results.map(({ replayed, execution_id }) => [replayed, execution_id])).toEqual(
      first.plan?.results.map(({ execution_id }) => [true, execution_id]),
    );
    expect(acted()).toEqual([1, 2]);
  });

  test('is stopped by a cancel under its id: what was sent is finished, and nothing more begins', async () => {
    sandbox.behave({ tool: 'numbers_book', when: { number: 2 }, do: { kind: 'delay', ms: 500 } });
    const calls = [book('a', 1), book('b', 2, { depends_on: ['a'] }), book('c', 3, { depends_on: ['b'] })];
    const { submission_id, plan_id } = await submit(calls);
    await vi.waitFor(() => expect(sandbox.requests({ tool: 'numbers_book' })).toHaveLength(2), 10_000);
    expect(await agent.request(routes.cancelExecution, { tenant }, { plan_id })).toMatchObject({
      plans: [{ plan_id, not_begun: 1 }],
    });
    const found = await ended(submission_id);
    expect(found).toMatchObject({ state: 'done', tries: 1, plan: { status: 'cancelled' } });
    expect(found.plan?.results[2]).toMatchObject({ id: 'c', status: 'cancelled', execution_id: null });
    expect(acted()).toEqual([1, 2]);
  });

  test('that cannot be finished in time is a dead letter, and replayed from where it stood', async () => {
    const heal = sandbox.behave({ tool: 'numbers_book', when: { number: 2 }, do: { kind: 'rate_limit' } });
    const { submission_id: id } = await submit([book('a', 1), book('b', 2, { depends_on: ['a'] })], {
      expires_in_ms: 1_500,
    });
    expect(await ended(id)).toMatchObject({ state: 'dead_letter', plan: { status: 'partial' } });
    const list = await admin.request(routes.listDeadLetters, {}, { tenant });
    expect(list.dead_letters).toMatchObject([{ id, reason: 'expired', tool: null, calls: 2 }]);
    heal();
    expect(await admin.request(routes.replayDeadLetter, {}, { tenant, id })).toMatchObject({
      submission_id: id,
      plan_id: planOfSubmission(id),
    });
    const found = await ended(id);
    expect(found).toMatchObject({ state: 'done', plan: { status: 'succeeded' } });
    expect(found.plan?.results.map(({ replayed }) => replayed)).toEqual([true, false]);
    expect(acted()).toEqual([1, 2]);
  });
});

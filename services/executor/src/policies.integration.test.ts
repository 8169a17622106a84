import {
  type Approval,
  ApprovalAsked,
  type ApprovalEvent,
  ConfirmationAsked,
  type ExecuteRequestInput,
  type ExecutionContext,
  type ExecutionResult,
  events,
  IntegrationDocument,
  newId,
  type PolicyDocument,
  routes,
} from '@patchbay/contracts';
import type { Bucket, Messaging } from '@patchbay/messaging';
import { policyKey } from '@patchbay/policy';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { type Sandbox, startSandbox } from '@patchbay/testkit/sandbox';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type FakeVault, startFakeVault } from './fake-vault.test-support.ts';
import { numbersDocument, publish, type RunningExecutor, runExecutor } from './running-executor.test-support.ts';

let servers: TestServers;
let sandbox: Sandbox;
let vault: FakeVault;
let executors: RunningExecutor[];
let agent: Messaging;
let admin: Messaging;
let gateway: Messaging;
let policies: Bucket;

const base = numbersDocument();
const book = base.tools['book'] as NonNullable<(typeof base.tools)[string]>;
const document = IntegrationDocument.parse({
  ...base,
  tools: {
    ...base.tools,
    erase: {
      ...book,
      risk: 'destructive',
      request: { method: 'POST', path: '/erase', body: 'json' },
      confirm: 'always',
      confirm_prompt: 'Shall I erase number {number}?',
    },
  },
});

beforeAll(async () => {
  servers = await startTestServers({ tenants: ['acme', 'rival'] });
  sandbox = await startSandbox({ documents: [document] });
  vault = await startFakeVault(servers);
  await publish(servers, document);
  const over = { dialOverride: sandbox.url, redisUrl: servers.redisUrl };
  executors = await Promise.all(['executor-1', 'executor-2'].map((name) => runExecutor(servers, name, over)));
  agent = await servers.connect('agent', 'acme');
  admin = await servers.connect('admin');
  gateway = await servers.connect('gateway');
  policies = await (await servers.connect('registry')).bucket('policies');
});
afterEach(() => sandbox.reset());
afterAll(async () => {
  await Promise.all((executors ?? []).map((executor) => executor.stop()));
  await sandbox?.close();
  await servers?.stop();
});

const tenant = 'acme';
type Asked = Partial<ExecuteRequestInput>;
const erase = (over: Asked = {}): ExecuteRequestInput => ({
  tool: 'numbers_erase',
  arguments: { number: 1 },
  context: { session: 'call-1' },
  ...over,
});
const execute = (request: ExecuteRequestInput) => agent.request(routes.executeTool, { tenant }, request);
const codeOf = ({ error }: ExecutionResult) => error?.code ?? null;
const tokenOf = ({ error }: ExecutionResult) => ConfirmationAsked.parse(error?.details['confirmation']).token;

let written = 0;
/** Stores a version as the registry does, and waits until both executors go by it. */
async function write(text: string | null, name = 'house', scope = tenant): Promise<void> {
  const stored: PolicyDocument = {
    scope,
    name,
    version: ++written,
    text,
    tests: [],
    updated_at: '2026-11-30T00:00:00.000Z',
    updated_by: 'admin',
  };
  await policies.put(policyKey(stored), JSON.stringify(stored));
}
const say = (effect: string | null, because: string | null = null, condition = 'resource == Tool::"numbers_book"') =>
  `@id("rule") ${effect === null ? '' : `@effect("${effect}")`} ${because === null ? '' : `@because("${because}")`}
   forbid (principal, action, resource) when { ${condition} };`;

/** Until every executor answers like this: the queue group shares the calls, so it is asked often. */
const settled = (call: () => Promise<ExecutionResult>, code: string | null) =>
  vi.waitFor(async () => {
    for (let i = 0; i < 12; i++) expect(codeOf(await call())).toBe(code);
  });

describe('a destructive call', () => {
  test('is refused with the question before anything is claimed, borrowed or sent, and passes with the token, once', async () => {
    const asked = await execute(erase({ idempotency_key: 'k-1' }));
    expect(asked).toMatchObject({
      status: 'refused',
      error: {
        code: 'confirmation_required',
        speakable: 'Shall I erase number 1?',
        retryable: false,
        details: {
          confirmation: { ask: 'Shall I erase number 1?' },
          policies: [{ policy: 'default.confirm-destructive', scope: 'built_in', version: 0 }],
        },
      },
    });
    expect(sandbox.requests()).toEqual([]);
    const confirmation = tokenOf(asked);
    expect(codeOf(await execute(erase({ idempotency_key: 'k-1', confirmation })))).toBeNull();
    expect(sandbox.effects()).toHaveLength(1);
    // The same key again is the first answer; another key would be a second effect.
    expect(await execute(erase({ idempotency_key: 'k-1', confirmation }))).toMatchObject({ replayed: true });
    for (const idempotency_key of ['k-2', undefined])
      expect(await execute(erase({ confirmation, ...(idempotency_key && { idempotency_key }) }))).toMatchObject({
        error: { code: 'confirmation_required', message: expect.stringContaining('was used already') },
      });
    expect(sandbox.effects()).toHaveLength(1);
  });

  test.each<[string, Asked]>([
    ['arguments', { arguments: { number: 2 } }],
    ['a session', { context: { session: 'call-2' } }],
    ['an agent', { context: { session: 'call-1', agent: 'other' } }],
    ['a connection', { connection: 'con_01JD0000000000000000000000' }],
  ])('does not pass with a token that was given for other %s', async (_what, over) => {
    const confirmation = tokenOf(await execute(erase(over)));
    expect(await execute(erase({ confirmation }))).toMatchObject({
      error: { code: 'confirmation_required', message: expect.stringContaining('for another call') },
    });
    expect(sandbox.requests()).toEqual([]);
  });

  test('does not pass with a token that was tampered with, is another tenant’s, or is too old', async () => {
    const token = tokenOf(await execute(erase()));
    const [kind, claim = '', mac] = token.split('.');
    const [id, of, call, expires] = JSON.parse(Buffer.from(claim, 'base64url').toString());
    const other = Buffer.from(JSON.stringify([id, of, call, expires + 1])).toString('base64url');
    for (const confirmation of ['x', 'c1.e30.x', `${kind}.${other}.${mac}`, `${token}.x`, token.replace('c1', 'c2')])
      expect(await execute(erase({ confirmation }))).toMatchObject({
        error: { message: expect.stringContaining('no token of ours') },
      });
    const rival = await servers.connect('agent', 'rival');
    expect(await rival.request(routes.executeTool, { tenant: 'rival' }, erase({ confirmation: token }))).toMatchObject({
      error: { message: expect.stringContaining('for another call') },
    });
  });

  test('is used by one of two at once', async () => {
    const confirmation = tokenOf(await execute(erase({ context: { session: 'both' } })));
    const both = await Promise.all(
      [1, 2, 3, 4].map(() => execute(erase({ confirmation, context: { session: 'both' } }))),
    );
    expect(both.map(codeOf).filter((code) => code === null)).toHaveLength(1);
    expect(sandbox.effects()).toHaveLength(1);
  });

  test('is asked about in a plan, in a stream and when it is handed in, but not in a dry run', async () => {
    const call = { id: 'a', tool: 'numbers_erase', arguments: { number: 7 } };
    const context = { session: 'call-3' };
    const plan = { calls: [call, { id: 'b', tool: 'numbers_book', arguments: { number: 8 } }], context };
    const answer = await agent.request(routes.executePlan, { tenant }, plan);
    expect(answer.results.map((result) => result.error?.code ?? null)).toEqual(['confirmation_required', null]);
    const confirmation = tokenOf(answer.results[0] as ExecutionResult);
    const again = await agent.request(routes.executePlan, { tenant }, { ...plan, calls: [{ ...call, confirmation }] });
    expect(again.status).toBe('succeeded');
    expect(codeOf(await execute(erase({ stream: true })))).toBe('confirmation_required');
    expect(await execute(erase({ dry_run: true }))).toMatchObject({ status: 'succeeded', output: { method: 'POST' } });
    await expect(agent.request(routes.submitTool, { tenant }, { execute: erase() })).rejects.toMatchObject({
      code: 'confirmation_required',
    });
    await expect(agent.request(routes.submitTool, { tenant }, { plan })).rejects.toMatchObject({
      code: 'confirmation_required',
      body: { details: { call: 'a' } },
    });
  });

  test('that was confirmed when it was handed in is not asked about at its tries', async () => {
    const submission_id = newId('submission');
    const request = { submission_id, delay_ms: 200, execute: erase({ context: { session: 'later' } }) };
    const refused = await agent.request(routes.submitTool, { tenant }, request).catch((error) => error);
    const confirmed = {
      ...request,
      execute: { ...request.execute, confirmation: tokenOf({ error: refused.body } as ExecutionResult) },
    };
    await agent.request(routes.submitTool, { tenant }, confirmed);
    expect(await agent.request(routes.submitTool, { tenant }, confirmed)).toMatchObject({ duplicate: true });
    await vi.waitFor(
      async () =>
        expect(await agent.request(routes.getSubmissionResult, { tenant }, { submission_id })).toMatchObject({
          state: 'done',
          result: { status: 'succeeded' },
        }),
      { timeout: 10_000 },
    );
    expect(sandbox.effects()).toHaveLength(1);
  });
});

describe('a tenant’s policies', () => {
  const booking = (over: Asked = {}) => execute({ tool: 'numbers_book', arguments: { number: 1 }, ...over });

  test('hold within moments at every executor, for that tenant alone, and are said in the refusal and in audit', async () => {
    await write(say(null, 'Bookings are closed.'));
    await settled(booking, 'not_permitted');
    expect(await booking()).toMatchObject({
      error: {
        message: 'Policy house.rule forbids it: Bookings are closed.',
        details: { policies: [{ policy: 'house.rule', scope: 'acme', version: written }] },
      },
    });
    expect(codeOf(await execute({ tool: 'numbers_look', arguments: { number: 1 } }))).toBeNull();
    const rival = await servers.connect('agent', 'rival');
    const theirs = { tool: 'numbers_book', arguments: { number: 1 } };
    expect(codeOf(await rival.request(routes.executeTool, { tenant: 'rival' }, theirs))).toBeNull();
    // A mistake changes nothing.
    await write('permit (principal');
    await write(say(null, 'Still closed.'), 'other');
    await vi.waitFor(async () => expect((await booking()).error?.message).toContain('Still closed.'));
    expect((await booking()).error?.message).toContain('Bookings are closed.');
    expect(executors[0]?.log()).toContain('the one before stays in force');
    await write(null, 'other');
    await write(null);
    await settled(booking, null);
  });

  test('of the platform hold for every tenant, and a tenant’s default stands in for the one that is built in', async () => {
    await write(say(null, 'Not today.'), 'guard', '_platform');
    await settled(booking, 'not_permitted');
    await write(null, 'guard', '_platform');
    await settled(booking, null);
    await write('permit (principal, action, resource);', 'default');
    await settled(() => execute(erase()), null);
    await write(null, 'default');
    await settled(() => execute(erase()), 'confirmation_required');
  });

  test('believe a role only from the gateway', async () => {
    await write(say(null, null, 'principal in Role::"developer"'));
    const principal = { kind: 'key', id: newId('apiKey'), role: 'developer' } as const;
    const call = { tool: 'numbers_look', arguments: { number: 1 }, context: { principal } };
    const throughGateway = () => gateway.request(routes.executeToolFor, { tenant, caller: 'gateway' }, call);
    await settled(throughGateway, 'not_permitted');
    expect(codeOf(await execute(call))).toBeNull();
    await expect(agent.request(routes.executeToolFor, { tenant, caller: 'gateway' }, call)).rejects.toMatchObject({
      code: 'not_permitted',
    });
    await write(null);
    await settled(throughGateway, null);
  });

  test('of a connection are asked also when the call names none', async () => {
    await write(say(null, null, `context has connection && context.connection == Connection::"${vault.connection}"`));
    await settled(booking, 'not_permitted');
    await write(null);
    await settled(booking, null);
  });

  test('count calls, also those at once, and only those that were let through', async () => {
    const context: ExecutionContext = { session: `budget-${newId('job')}` };
    await write(say(null, 'Three a session.', 'context.calls.session >= 3'));
    await settled(() => booking({ context, arguments: { number: 1 }, dry_run: true }), null);
    const results = await Promise.all(Array.from({ length: 10 }, () => booking({ context })));
    expect(results.filter(({ status }) => status === 'succeeded').length).toBeLessThanOrEqual(3);
    await vi.waitFor(async () => {
      await booking({ context });
      expect(sandbox.effects()).toHaveLength(3);
    });
    expect(codeOf(await booking({ context }))).toBe('not_permitted');
    expect(codeOf(await booking({ context: { session: 'another' } }))).toBeNull();
    await write(null);
    await settled(() => booking({ context }), null);
  });

  test('can be tried without a call, and with a draft', async () => {
    const calls = [
      { tool: 'numbers_look', arguments: { number: 1 } },
      { tool: 'numbers_erase', arguments: { number: 5 } },
      { tool: 'numbers_none' },
    ];
    const draft = {
      name: 'house',
      text: say(null, 'Small ones only.', 'context.arguments has number && context.arguments.number > 3'),
    };
    const { decisions } = await admin.request(routes.decidePolicies, {}, { tenant, calls, draft });
    expect(decisions.map((one) => [one.now?.effect ?? null, one.draft?.effect ?? null])).toEqual([
      ['permit', 'permit'],
      ['require_confirmation', 'forbid'],
      [null, null],
    ]);
    await expect(
      admin.request(routes.decidePolicies, {}, { tenant, calls, draft: { name: 'house', text: 'permit (' } }),
    ).rejects.toMatchObject({ code: 'invalid_request', body: { details: { issues: [{ line: 1 }] } } });
    expect(sandbox.requests()).toEqual([]);
  });
});

describe('a call that needs approval', () => {
  const call = (over: Asked = {}) =>
    execute({ tool: 'numbers_book', arguments: { number: 9 }, context: { session: 'appr', agent: 'desk' }, ...over });
  const idOf = ({ error }: ExecutionResult) => ApprovalAsked.parse(error?.details['approval']).id;
  const decide = (id: string, decision: 'approve' | 'refuse') =>
    admin.request(routes.decideApproval, {}, { tenant, id, decision, by: 'key_x', note: 'seen' });

  test('waits for a person, is told of, and passes once after they approved', async () => {
    const heard: [string, ApprovalEvent][] = [];
    agent.subscribeEvent(events.approvalRequested, { tenant }, (event) => heard.push(['requested', event]));
    agent.subscribeEvent(events.approvalDecided, { tenant }, (event) => heard.push(['decided', event]));
    await agent.flush();
    await write(say('require_approval', 'Bookings are dear.'));
    await settled(call, 'approval_required');
    // Calls of before the policy was in force passed: they are not what is counted below.
    sandbox.reset();
    const id = idOf(await call());
    expect(await call()).toMatchObject({
      status: 'refused',
      error: { details: { approval: { id, state: 'waiting' } } },
    });
    const { approvals } = await admin.request(routes.listApprovals, {}, { tenant, state: 'waiting' });
    expect(approvals).toMatchObject([{ id, tool: 'numbers_book', arguments: { number: 9 }, risk: 'write' }]);
    expect((await admin.request(routes.listApprovals, {}, { tenant: 'rival' })).approvals).toEqual([]);
    await expect(admin.request(routes.showApproval, {}, { tenant: 'rival', id })).rejects.toMatchObject({
      code: 'not_found',
    });

    expect((await decide(id, 'approve')).approval).toMatchObject({
      state: 'approved',
      decided_by: 'key_x',
      note: 'seen',
    });
    expect((await decide(id, 'approve')).approval.state).toBe('approved');
    await expect(decide(id, 'refuse')).rejects.toMatchObject({ code: 'invalid_request' });
    expect(codeOf(await call({ arguments: { number: 10 } }))).toBe('approval_required');
    expect(codeOf(await call({ context: { session: 'other', agent: 'desk' } }))).toBe('approval_required');
    const passed = await call({ idempotency_key: 'appr-1' });
    expect(passed.status).toBe('succeeded');
    expect(await call({ idempotency_key: 'appr-1' })).toMatchObject({ replayed: true });
    expect(sandbox.effects()).toHaveLength(1);
    expect(idOf(await call({ idempotency_key: 'appr-2' }))).not.toBe(id);
    const { approval } = await admin.request(routes.showApproval, {}, { tenant, id });
    expect(approval).toMatchObject({ state: 'used', used_by: passed.execution_id } satisfies Partial<Approval>);
    await vi.waitFor(() =>
      expect(heard.filter(([, event]) => event.id === id).map(([what]) => what)).toEqual(['requested', 'decided']),
    );
    expect(heard[0]?.[1]).toMatchObject({ agent: 'desk', session: 'appr', tool: 'numbers_book' });
    for (const [, event] of heard)
      for (const left of ['arguments', 'say', 'context', 'note']) expect(event).not.toHaveProperty(left);
  });

  test('stays refused when they refused it', async () => {
    const refused = () => call({ arguments: { number: 66 } });
    const id = idOf(await refused());
    await decide(id, 'refuse');
    expect(await refused()).toMatchObject({ error: { details: { approval: { id, state: 'refused' } } } });
    expect(sandbox.requests()).toEqual([]);
    await write(null);
    await settled(refused, null);
  });
});

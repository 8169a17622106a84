import {
  ApprovalAsked,
  ConfirmationAsked,
  ExecuteRequest,
  type ExecuteRequestInput,
  newId,
  PatchbayError,
  type PolicyDocument,
} from '@patchbay/contracts';
import { compilePolicies, documentsInForce, type PolicySet } from '@patchbay/policy';
import { beforeEach, describe, expect, test } from 'vitest';
import { type ExecuteCall, newRun } from '../execution-run.ts';
import { toolOf } from '../fakes.test-support.ts';
import { type CheckPoliciesPorts, createCheckPolicies } from './check-policies.ts';
import { createDecideApproval, createListApprovals } from './decide-approval.ts';
import type { KeptApproval } from './ports.ts';

let now = 0;
let set: PolicySet | null;
let told: string[];
let recorded: string[];
let counted: string[];
beforeEach(() => {
  now = Date.parse('2026-11-30T12:00:00Z');
  set = null;
  told = [];
  recorded = [];
  counted = [];
});

function policies(text: string): void {
  const at = new Date(now).toISOString();
  const house: PolicyDocument = {
    scope: 'acme',
    name: 'house',
    version: 1,
    text,
    tests: [],
    updated_at: at,
    updated_by: 'a',
  };
  set = compilePolicies(documentsInForce([house], 'acme'), 'check-policies');
}

const outOfReach = () => Promise.reject(new PatchbayError('policy_unavailable'));

/** Ports in memory, with the promises of the real ones. */
function ports(over: Partial<CheckPoliciesPorts> = {}): CheckPoliciesPorts {
  const used = new Map<string, string | null>();
  const kept = new Map<string, { approval: KeptApproval; revision: number }>();
  const counts = async () => ({ session: 5, agent_day: 0, tool_day: 0, tenant_day: 0 });
  return {
    policies: { of: () => set, draft: () => set as PolicySet },
    counts: {
      take: (call) => counts().finally(() => counted.push(`take ${call.tool} ${call.session}`)),
      look: () => counts().finally(() => counted.push('look')),
      giveBack: async () => void counted.push('give back'),
    },
    leases: {
      borrow: async () => ({ connection: 'con_1', credential: { type: 'bearer', token: 't' }, variables: {} }),
    },
    confirmations: {
      async use(_tenant, token, key) {
        if (used.has(token)) return key !== null && used.get(token) === key;
        used.set(token, key);
        return true;
      },
    },
    confirmationKey: new Uint8Array(32).fill(7),
    approvals: {
      ofCall: async (_tenant, call) =>
        [...kept.values()].reverse().find(({ approval }) => approval.call === call) ?? null,
      read: async (_tenant, id) => kept.get(id) ?? null,
      create: async (approval) => Boolean(kept.set(approval.id, { approval, revision: 1 })),
      async update(approval, revision) {
        if (kept.get(approval.id)?.revision !== revision) return false;
        kept.set(approval.id, { approval, revision: revision + 1 });
        return true;
      },
      list: async () => [...kept.values()].map(({ approval }) => approval),
    },
    announceApproval: { told: (what, { id }) => void told.push(`${what} ${id}`) },
    recordApproval: { record: (what, { id }) => void recorded.push(`${what} ${id}`) },
    background: (work) => void work,
    now: () => now,
    ...over,
  };
}

const runOf = (
  request: Partial<ExecuteRequestInput> = {},
  call: Partial<ExecuteCall> = {},
  risk: 'read' | 'write' | 'destructive' = 'destructive',
) =>
  newRun(
    newId('execution'),
    ExecuteRequest.parse({ tool: 'acme_do', arguments: { channel: 'C1' }, context: { session: 's' }, ...request }),
    { tenant: 'acme', receivedAt: performance.now(), traceparent: '', traceId: null, ...call },
    toolOf({ risk }),
    true,
  );
const codeOf = async (answer: ReturnType<ReturnType<typeof createCheckPolicies>>) => (await answer)?.code ?? null;

describe('without documents', () => {
  test('what is not destructive passes at once, without a promise', () => {
    const check = createCheckPolicies(ports());
    for (const risk of ['read', 'write'] as const) expect(check(runOf({}, {}, risk))).toBeNull();
  });

  test('a look on behalf of a call that passed is not judged again', () => {
    expect(createCheckPolicies(ports())(runOf({}, { judged: true }))).toBeNull();
  });
});

describe('a confirmation', () => {
  test('is good for five minutes', async () => {
    const check = createCheckPolicies(ports());
    const { token, expires_at } = ConfirmationAsked.parse((await check(runOf()))?.body.details['confirmation']);
    expect(expires_at).toBe('2026-11-30T12:05:00.000Z');
    now += 300_000;
    expect((await check(runOf({ confirmation: token })))?.message).toContain('came too late');
    now -= 1;
    expect(await codeOf(check(runOf({ confirmation: token })))).toBeNull();
  });

  test('is not taken when nobody knows whether it was used', async () => {
    const check = createCheckPolicies(ports({ confirmations: { use: outOfReach } }));
    const { token } = ConfirmationAsked.parse((await check(runOf()))?.body.details['confirmation']);
    await expect(check(runOf({ confirmation: token }))).rejects.toMatchObject({ code: 'policy_unavailable' });
  });

  test('is not asked for where nobody is there to give it: what became of a submission is told to many', async () => {
    const refused = await createCheckPolicies(ports())(runOf({}, { lane: 'background' }));
    expect(refused?.code).toBe('confirmation_required');
    expect(JSON.stringify(refused?.body)).not.toContain('c1.');
  });

  test('given when the call was handed in counts at its tries, but not against what forbids it', async () => {
    const check = createCheckPolicies(ports());
    expect(await codeOf(check(runOf({}, { cleared: true })))).toBeNull();
    policies('forbid (principal, action, resource);');
    expect(await codeOf(check(runOf({}, { cleared: true })))).toBe('not_permitted');
  });
});

describe('an approval', () => {
  const asking = '@effect("require_approval") forbid (principal, action, resource);';
  const idOf = async (answer: ReturnType<ReturnType<typeof createCheckPolicies>>) =>
    ApprovalAsked.parse((await answer)?.body.details['approval']).id;

  test('that nobody gave ends after a day, and another is asked for', async () => {
    policies(asking);
    const all = ports();
    const check = createCheckPolicies(all);
    const id = await idOf(check(runOf()));
    expect([told, recorded]).toEqual([[`requested ${id}`], [`requested ${id}`]]);
    now += 86_400_000;
    const decide = createDecideApproval(all);
    await expect(decide({ tenant: 'acme', id, decision: 'approve' })).rejects.toThrow('expired');
    const { approvals } = await createListApprovals(all)({ tenant: 'acme', state: 'expired', limit: 10 });
    expect(approvals).toMatchObject([{ id, state: 'expired' }]);
    expect(approvals[0]).not.toHaveProperty('call');
    expect(await idOf(check(runOf()))).not.toBe(id);
  });

  test('that was given lasts a day more, and is used by one of two at once', async () => {
    policies(asking);
    const all = ports();
    const check = createCheckPolicies(all);
    const id = await idOf(check(runOf()));
    now += 86_399_000;
    await createDecideApproval(all)({ tenant: 'acme', id, decision: 'approve', by: 'key_boss' });
    now += 86_399_000;
    const both = await Promise.all([codeOf(check(runOf())), codeOf(check(runOf()))]);
    expect(both.sort()).toEqual(['approval_required', null].sort());
    expect(recorded.filter((one) => one === `used ${id}`)).toHaveLength(1);
  });

  test('is not given by whoever asks for it', async () => {
    policies(asking);
    const all = ports();
    const principal = { kind: 'key', id: 'key_me', role: 'operator' } as const;
    const id = await idOf(createCheckPolicies(all)(runOf({ context: { principal } })));
    const decide = (by: string, decision: 'approve' | 'refuse') =>
      createDecideApproval(all)({ tenant: 'acme', id, decision, by });
    await expect(decide('key_me', 'approve')).rejects.toMatchObject({ code: 'not_permitted' });
    expect((await decide('key_me', 'refuse')).approval.state).toBe('refused');
  });

  test('keeps arguments only as far as somebody can look at them', async () => {
    policies(asking);
    const all = ports();
    const id = await idOf(createCheckPolicies(all)(runOf({ arguments: { channel: 'x'.repeat(40_000) } })));
    expect((await all.approvals.read('acme', id))?.approval.arguments).toBeNull();
  });
});

describe('counts', () => {
  const limit = (most: number) => `forbid (principal, action, resource) when { context.calls.session >= ${most} };`;

  test('are taken for policies that ask for them alone, and given back when the call is refused', async () => {
    const check = createCheckPolicies(ports());
    policies('forbid (principal, action, resource == Tool::"other");');
    expect(await codeOf(check(runOf({}, {}, 'write')))).toBeNull();
    expect(counted).toEqual([]);
    policies(limit(6));
    expect(await codeOf(check(runOf({}, {}, 'write')))).toBeNull();
    policies(limit(5));
    expect(await codeOf(check(runOf({}, {}, 'write')))).toBe('not_permitted');
    expect(await codeOf(check(runOf({ dry_run: true }, {}, 'write')))).toBe('not_permitted');
    expect(await codeOf(check(runOf({}, { later: true }, 'write')))).toBe('not_permitted');
    expect(counted).toEqual(['take acme_do s', 'take acme_do s', 'give back', 'look', 'look']);
  });

  test('that are out of reach stop the call', async () => {
    const check = createCheckPolicies(ports({ counts: { take: outOfReach, look: outOfReach, giveBack: outOfReach } }));
    policies(limit(5));
    await expect(check(runOf())).rejects.toMatchObject({ code: 'policy_unavailable' });
  });
});

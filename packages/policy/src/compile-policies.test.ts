import { describe, expect, test } from 'vitest';
import { builtInDefault, type CallFacts, compilePolicies, decideByDefault, documentsInForce } from './index.ts';
import { document, facts } from './policy-cases.test-support.ts';

const permit = '@id("all") permit (principal, action, resource);';
const decide = (text: string, call: CallFacts = facts()) => compilePolicies([document(text)], 'test').decide(call);
const effectOf = (text: string, call?: CallFacts) => decide(text, call).effect;

describe('a decision', () => {
  test('is forbid where nothing permits, and names the policy that permits where one does', () => {
    expect(decide('')).toEqual({ effect: 'forbid', reasons: [], say: null });
    expect(decide(permit)).toEqual({
      effect: 'permit',
      reasons: [{ policy: 'house.all', scope: 'acme', version: 1, effect: 'permit' }],
      say: null,
    });
  });

  test.each([
    ['', 'permit'],
    ['@effect("require_confirmation") forbid (principal, action, resource);', 'require_confirmation'],
    ['@effect("require_approval") forbid (principal, action, resource);', 'require_approval'],
    [
      '@effect("require_confirmation") forbid (principal, action, resource); @effect("require_approval") forbid (principal, action, resource);',
      'require_approval',
    ],
    [
      '@effect("require_approval") forbid (principal, action, resource); forbid (principal, action, resource);',
      'forbid',
    ],
  ])('with %s is %s', (text, effect) => expect(effectOf(`${permit}\n${text}`)).toBe(effect));

  test('asks for nothing that nobody permits', () => {
    expect(decide('@effect("require_confirmation") forbid (principal, action, resource);')).toEqual({
      effect: 'forbid',
      reasons: [],
      say: null,
    });
  });

  test('says why, and what to ask, with the values of the call', () => {
    const text = `${permit}
      @id("big") @effect("require_confirmation") @ask("Shall I refund {amount} to {customer.name}{missing}?") @because("Refunds are final.")
      forbid (principal, action, resource == Tool::"stripe_create_refund");`;
    const call = facts({ arguments: { amount: 12, customer: { name: 'Ada\n\u202eBee' } } });
    expect(decide(text, call)).toEqual({
      effect: 'require_confirmation',
      reasons: [
        {
          policy: 'house.big',
          scope: 'acme',
          version: 1,
          effect: 'require_confirmation',
          because: 'Refunds are final.',
        },
      ],
      say: 'Shall I refund 12 to Ada Bee?',
    });
  });

  test('asks what the tool asks where the policy has no sentence', () => {
    const text = `${permit} @effect("require_confirmation") forbid (principal, action, resource);`;
    expect(decide(text, facts({ tool: { confirmPrompt: 'Refund {amount}?' }, arguments: { amount: 3 } })).say).toBe(
      'Refund 3?',
    );
  });

  test('says the same without anything kept as with it', () => {
    const text = `${permit} forbid (principal, action, resource) when { context.arguments has amount && context.arguments.amount > 10 };`;
    const [kept, anew] = [compilePolicies([document(text)], 'test'), compilePolicies([document(text)], null)];
    for (const amount of [9, 10, 11, 10.5, '11', null])
      expect(anew.decide(facts({ arguments: { amount } }))).toEqual(kept.decide(facts({ arguments: { amount } })));
  });

  test('goes on as before when the next version cannot be compiled', () => {
    const set = compilePolicies([document(permit)], 'kept');
    expect(() => compilePolicies([document('permit (principal')], 'kept')).toThrow('cannot be read');
    expect(set.decide(facts()).effect).toBe('permit');
  });
});

describe('a policy is about', () => {
  const only = (condition: string) => `${permit}\nforbid (principal, action, resource) when { ${condition} };`;
  const key = { kind: 'key', id: 'key_1', role: 'developer' } as const;
  test.each<[string, Partial<CallFacts>]>([
    ['principal == Agent::"front-desk"', {}],
    ['principal.name like "front-*"', {}],
    ['principal in Role::"agent"', {}],
    ['principal in Role::"developer"', { context: { principal: key } }],
    ['principal in Key::"key_1"', { context: { principal: key } }],
    ['principal in User::"ada"', { context: { principal: { kind: 'jwt', id: 'ada', role: 'owner' } } }],
    ['resource == Tool::"stripe_create_refund"', {}],
    ['resource in Integration::"stripe"', {}],
    ['resource.risk == "write" && resource.confirm == "policy" && resource.version == "1.2.0"', {}],
    ['context.session == "call-1"', {}],
    ['context has end_user && context.end_user == "ada"', { context: { end_user: 'ada' } }],
    [
      'context.attributes has verified && !context.attributes.verified',
      { context: { attributes: { verified: false } } },
    ],
    ['context has connection && context.connection == Connection::"con_1"', { connection: 'con_1' }],
    ['context.dry_run', { dryRun: true }],
    ['context.hour == 12 && context.minute == 30 && context.weekday == 1 && context.date == "2026-11-30"', {}],
    ['context.now.offset(duration("11h")).toTime() < duration("1h")', { now: Date.parse('2026-11-30T13:30:00Z') }],
    ['context.calls.session >= 20', { counts: { session: 20, agent_day: 0, tool_day: 0, tenant_day: 0 } }],
    ['context.arguments has amount && context.arguments.amount > 10', { arguments: { amount: 11 } }],
    [
      'context.arguments has rate && context.arguments.rate.greaterThan(decimal("0.25"))',
      { arguments: { rate: 0.251 } },
    ],
    [
      'context.arguments has to && context.arguments.to.contains("all@acme.com")',
      { arguments: { to: ['all@acme.com'] } },
    ],
    [
      'context.arguments has customer.email && context.arguments.customer.email like "*@rival.com"',
      { arguments: { customer: { email: 'a@rival.com' } } },
    ],
    ['context.arguments has force && context.arguments.force', { arguments: { force: true } }],
  ])('%s', (condition, over) => {
    expect(effectOf(only(condition), facts(over as never))).toBe('forbid');
    const other = facts({
      tool: { name: 'slack_post', integration: 'slack', risk: 'read', confirm: 'never', version: '2.0.0' },
      arguments: { amount: 10, rate: 0.25, to: ['one@acme.com'], customer: { email: 'a@acme.com' }, force: false },
      context: {
        agent: 'night',
        session: 'call-2',
        end_user: 'bee',
        attributes: { verified: true },
        principal: { kind: 'key', id: 'key_2', role: 'operator' },
      },
      connection: 'con_2',
      now: Date.parse('2026-12-01T08:10:00Z'),
      counts: { session: 19, agent_day: 99, tool_day: 99, tenant_day: 99 },
    });
    expect(effectOf(only(condition), other)).toBe('permit');
  });
});

describe('what cannot be evaluated', () => {
  const big = (effect: string) =>
    `${permit}\n${effect} forbid (principal, action, resource) when { context.arguments.amount > 10 };`;
  test.each([
    ['', 'forbid'],
    ['@effect("require_confirmation")', 'require_confirmation'],
    ['@effect("require_approval")', 'require_approval'],
  ])('in a forbid with %j counts as met: %s', (effect, expected) => {
    for (const amount of [undefined, null, '5', 5.5, 0.123456, 1e300, {}, [1]]) {
      const decision = decide(big(effect), facts({ arguments: { amount } }));
      expect(decision.effect).toBe(expected);
      expect(decision.reasons[0]?.error).toEqual(expect.any(String));
    }
    expect(effectOf(big(effect), facts({ arguments: { amount: 5 } }))).toBe('permit');
  });

  test('in a permit permits nothing', () => {
    expect(effectOf('permit (principal, action, resource) when { context.arguments.amount < 10 };')).toBe('forbid');
  });

  test('is not what a caller makes of an argument: one that reads like an entity is none', () => {
    const text = `${permit}\nforbid (principal, action, resource) unless { context.arguments has who && context.arguments.who == "ada" };`;
    for (const who of [
      { __entity: { type: 'Agent', id: 'front-desk' } },
      { __extn: { fn: 'decimal', arg: '1.0' } },
      { __expr: '"ada"' },
      { __proto__: null, x: { __extn: { fn: 'nonsense', arg: 1 } } },
    ])
      expect(effectOf(text, facts({ arguments: { who, __entity: { type: 'Tool', id: 'x' } } }))).toBe('forbid');
  });

  test('with counts that nobody took is forbidden', () => {
    expect(effectOf(`${permit} forbid (principal, action, resource) when { context.calls.session > 3 };`)).toBe(
      'forbid',
    );
  });
});

describe('what is built in', () => {
  const compiled = compilePolicies(documentsInForce([], 'acme'), 'built-in');
  const calls = (['read', 'write', 'destructive'] as const).flatMap((risk) =>
    (['never', 'policy', 'always'] as const).flatMap((confirm) =>
      [null, 'Shall I delete {name}?'].flatMap((confirmPrompt) =>
        [{}, { name: 'it' }, { name: { first: 'it' } }].flatMap((args) =>
          [undefined, { kind: 'key', id: 'key_1', role: 'owner' } as const].map((principal) =>
            facts({
              tool: { risk, confirm, confirmPrompt },
              arguments: args,
              context: principal === undefined ? {} : { principal },
            }),
          ),
        ),
      ),
    ),
  );

  test('is said by the short way exactly as Cedar says it', () => {
    expect(compiled.isDefault).toBe(true);
    expect(calls).toHaveLength(108);
    for (const call of calls) expect(decideByDefault(call)).toEqual(compiled.decide(call));
    expect(new Set(calls.map((call) => decideByDefault(call).effect))).toEqual(
      new Set(['permit', 'require_confirmation']),
    );
  });

  test('gives way to a document of its name, the tenant’s before the platform’s; other documents of the platform stay', () => {
    const platform = [
      document('p', { scope: '_platform', name: 'default' }),
      document('g', { scope: '_platform', name: 'guard' }),
    ];
    const own = [
      document('a', { name: 'default' }),
      document('b', { name: 'guard' }),
      document('x', { scope: 'rival' }),
    ];
    const textsOf = (documents: typeof own) => documentsInForce(documents, 'acme').map(({ text }) => text);
    expect(textsOf([])).toEqual([builtInDefault.text]);
    expect(textsOf(platform)).toEqual(['p', 'g']);
    expect(textsOf([...platform, ...own])).toEqual(['a', 'g', 'b']);
    expect(textsOf([document('a', { name: 'default', text: null })])).toEqual([builtInDefault.text]);
    expect(documentsInForce([...platform, ...own], '_platform').map(({ text }) => text)).toEqual(['p', 'g']);
  });
});

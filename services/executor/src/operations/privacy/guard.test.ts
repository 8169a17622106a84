import { type ErrorBody, errorBody, PrivacyPolicy } from '@patchbay/contracts';
import { compilePrivacyPolicy } from '@patchbay/privacy-policy';
import { describe, expect, it } from 'vitest';
import { harness, succeeded, toolOf } from '../fakes.test-support.ts';
import { createGuardArguments } from './guard-arguments.ts';
import { createGuardResult, looksThroughResults } from './guard-result.ts';
import { createLogCall } from './log-call.ts';
import type { RecordPersonal } from './ports.ts';

const parameters = {
  channel: { type: 'string' },
  to: { type: 'string', 'x-privacy': 'pii' as const },
  stage: { type: 'string', 'x-privacy': 'safe' as const },
};
const tool = (over: object = {}) =>
  toolOf({
    tool: { parameters, output: { type: 'object', properties: { owner: { 'x-privacy': 'pii' } } } } as never,
    document: { name: 'Acme' } as never,
    ...over,
  });

/** The executor's operation with a tenant's policy in front of it and behind it. */
function guarded(policy: object | 'unusable' | null, over: object = {}, prepared = tool()) {
  const compiled =
    policy === null || policy === 'unusable' ? policy : compilePrivacyPolicy(PrivacyPolicy.parse(policy));
  const findings: Parameters<RecordPersonal['found']>[] = [];
  let key = false;
  const ports = {
    policies: { of: () => compiled },
    tokens: {
      prepare: async () => {
        key = true;
      },
      token: (_tenant: string, value: string, what: string) => (key ? `tok_${what}_${value.length}` : `[${what}]`),
    },
    record: { found: (...args: Parameters<RecordPersonal['found']>) => void findings.push(args) },
  };
  const stage = harness(
    {
      guardArguments: createGuardArguments(ports),
      guardResult: createGuardResult(ports),
      looksThrough: (call) => looksThroughResults(ports, call),
      logCall: createLogCall(ports),
      ...over,
    },
    prepared,
  );
  return { ...stage, findings };
}

const answering = (output: unknown, status = 'succeeded', error: ErrorBody | null = null) => ({
  engine: {
    execute: async () => ({ ...succeeded, status, output, error }),
    foresee: () => null,
    previewRequest: () => null,
  } as never,
});

describe('arguments', () => {
  const args = { channel: 'for ada@example.com', to: 'Ada', stage: 'new' };

  it('go out as they came where a tenant has no policy, and nobody is asked anything', async () => {
    const stage = guarded(null);
    expect(await stage.run({ arguments: args })).toMatchObject({ status: 'succeeded' });
    expect(stage.executed[0]?.arguments).toEqual(args);
    expect(stage.findings).toEqual([]);
  });

  it('go out without what is to be redacted or is a token, and the digest is of what goes out', async () => {
    const stage = guarded({ arguments: { entities: { email: 'redact' }, marks: { pii: 'tokenise' } } });
    const plain = guarded(null);
    await stage.run({ arguments: args });
    await plain.run({ arguments: { channel: 'for [email]', to: 'tok_pii_3', stage: 'new' } });
    expect(stage.executed[0]?.arguments).toEqual({ channel: 'for [email]', to: 'tok_pii_3', stage: 'new' });
    expect(stage.executed[0]?.argumentsDigest).toBe(plain.executed[0]?.argumentsDigest);
    expect(stage.findings).toMatchObject([
      [
        {},
        'arguments',
        [
          { path: 'arguments.to', found: 'pii', action: 'tokenise' },
          { path: 'arguments.channel', found: 'email', action: 'redact' },
        ],
        false,
      ],
    ]);
  });

  it('that hold what is blocked keep the call here, with the field that holds it and what to do', async () => {
    const stage = guarded({ arguments: { entities: { email: 'block' } } });
    const result = await stage.run({ arguments: args });
    expect(result).toMatchObject({
      status: 'refused',
      error: {
        code: 'privacy_blocked',
        message: 'The privacy policy lets no email go to Acme: arguments.channel. Leave it out and call again.',
        retryable: false,
        details: { direction: 'arguments', fields: [{ field: 'arguments.channel', found: 'email' }] },
      },
    });
    expect(stage.executed).toEqual([]);
    expect(JSON.stringify([result, stage.audited, stage.findings[0]?.slice(1)])).not.toContain('ada@');
    await stage.background.settled();
    expect(stage.audited.map(([, type, , data]) => [type, data.outcome, data.error_code])).toEqual([
      ['dev.patchbay.execution.outcome', 'refused', 'privacy_blocked'],
    ]);
    expect(stage.ledger.entries.size).toBe(0);
  });

  it('that do not fit the tool any more keep the call here too', async () => {
    const prepared = tool({
      validateArguments: ({ to }: Record<string, unknown>) =>
        to === '[pii]' ? [{ path: 'arguments.to', message: 'must be an address' }] : [],
    });
    const stage = guarded({ arguments: { marks: { pii: 'redact' } } }, {}, prepared);
    expect(await stage.run({ arguments: args })).toMatchObject({
      status: 'refused',
      error: {
        code: 'privacy_blocked',
        details: { reason: 'changed_value_unfit', fields: [{ field: 'arguments.to', found: 'pii' }] },
      },
    });
  });

  it('of a tool that the policy leaves alone go out as they came', async () => {
    const stage = guarded({ arguments: { default: 'block', except: ['acme_*'] } });
    expect(await stage.run({ arguments: args })).toMatchObject({ status: 'succeeded' });
    expect(stage.executed[0]?.arguments).toEqual(args);
  });

  it('are not sent under a policy that nobody can read', async () => {
    const stage = guarded('unusable');
    expect(await stage.run()).toMatchObject({ status: 'refused', error: { code: 'policy_unavailable' } });
    expect(stage.executed).toEqual([]);
  });
});

describe('tools for health information', () => {
  const health = tool({ handlesHealth: true });

  it.each([[null], [{}], [{ results: { default: 'redact' } }]])(
    'are not for a tenant whose policy is %j',
    async (policy) => {
      const stage = guarded(policy, {}, health);
      expect(await stage.run()).toMatchObject({
        status: 'refused',
        error: { code: 'not_permitted', details: { reason: 'health_information' } },
      });
      expect(stage.executed).toEqual([]);
    },
  );

  it('are for one that says that it has an agreement', async () => {
    expect(await guarded({ hipaa: true }, {}, health).run()).toMatchObject({ status: 'succeeded' });
  });
});

describe('results', () => {
  const output = { owner: 'Ada', note: 'call +1 202 555 0143 or ada@example.com' };

  it('come without what is to go, and say so; the ledger keeps them so', async () => {
    const stage = guarded({ results: { default: 'redact', marks: { pii: 'mask' } } }, answering(output));
    const result = await stage.run({ idempotency_key: 'k1' });
    expect(result).toMatchObject({
      status: 'succeeded',
      output: { owner: '[pii]', note: 'call [phone] or [email]' },
      privacy: {
        count: 3,
        findings: [
          { path: 'output.owner', found: 'pii', action: 'mask' },
          { path: 'output.note', found: 'phone', action: 'redact' },
          { path: 'output.note', found: 'email', action: 'redact' },
        ],
      },
    });
    await stage.background.settled();
    expect(JSON.stringify([...stage.ledger.entries.values()])).not.toContain('ada@example.com');
    expect(await stage.run({ idempotency_key: 'k1' })).toMatchObject({ replayed: true, output: result.output });
  });

  it('that are blocked make a read fail, and leave a write done without an answer', async () => {
    const policy = { results: { entities: { email: 'block' } } };
    const read = guarded(policy, answering(output), tool({ risk: 'read' }));
    expect(await read.run()).toMatchObject({
      status: 'failed',
      output: null,
      error: {
        code: 'privacy_blocked',
        details: { direction: 'results', fields: [{ field: 'output.note', found: 'email' }] },
      },
    });
    const write = guarded(policy, answering(output));
    const result = await write.run();
    expect(result).toMatchObject({
      status: 'succeeded',
      output: { withheld: 'the privacy policy lets no email go to an agent' },
      error: null,
    });
    expect(JSON.stringify(result)).not.toContain('ada@');
    expect(write.findings[0]?.[3]).toBe(true);
  });

  it('that are errors lose what they say of somebody, and keep their code', async () => {
    const error = errorBody('upstream_error', {
      message: 'Acme answered with an error: ada@example.com is taken.',
      details: { upstream_status: 409, upstream_message: 'ada@example.com is taken.' },
    });
    const redacting = guarded({ results: { default: 'redact' } }, answering(null, 'failed', error));
    expect(await redacting.run()).toMatchObject({
      error: {
        code: 'upstream_error',
        message: 'Acme answered with an error: [email] is taken.',
        details: { upstream_status: 409, upstream_message: '[email] is taken.' },
      },
    });
    const blocking = guarded({ results: { default: 'block' } }, answering(null, 'failed', error));
    const result = await blocking.run();
    expect(result.error).toMatchObject({ code: 'upstream_error', details: {} });
    expect(JSON.stringify(result)).not.toContain('ada@');
  });

  it('are not told piece by piece where they are looked through', async () => {
    const opened: unknown[] = [];
    const over = {
      chunks: {
        open: (...args: unknown[]) => {
          opened.push(args);
          return { send: () => 0, close() {} };
        },
      },
    };
    const streaming = tool({ streams: true, risk: 'read' });
    const call = { replyTo: '_INBOX.x' };
    await guarded({ results: { default: 'redact' } }, over, streaming).run({ stream: true }, call);
    expect(opened).toHaveLength(0);
    await guarded({ arguments: { default: 'redact' } }, over, streaming).run({ stream: true }, call);
    expect(opened).toHaveLength(1);
  });
});

describe('the intent', () => {
  it('tells of marked arguments what the policy asks for, and without one nothing', async () => {
    const args = { channel: 'unmarked-canary', to: 'ada@example.com', stage: 'new' };
    const told = async (policy: object | null) => {
      const stage = guarded(policy);
      await stage.run({ arguments: args });
      await stage.background.settled();
      expect(JSON.stringify(stage.audited)).not.toContain('unmarked-canary');
      expect(JSON.stringify(stage.audited)).not.toContain('ada@example.com');
      return stage.audited[0]?.[3].facts;
    };
    expect(await told(null)).toBeUndefined();
    expect(await told({ logs: { safe: 'allow', pii: 'tokenise' } })).toEqual({
      'argument.to': 'tok_pii_15',
      'argument.stage': 'new',
    });
  });
});

describe('a guard that fails', () => {
  it('lets no call by', async () => {
    const stage = harness({
      guardArguments: () => {
        throw new Error('defect');
      },
    });
    expect(await stage.run()).toMatchObject({ status: 'refused', error: { code: 'internal' } });
    expect(stage.executed).toEqual([]);
  });

  it('lets no answer by', async () => {
    const failing = Object.defineProperty({}, 'note', {
      enumerable: true,
      get: () => {
        throw new Error('defect');
      },
    });
    const stage = guarded({ results: { default: 'redact' } }, {}, tool({ risk: 'read' }));
    const guard = createGuardResult({
      policies: { of: () => compilePrivacyPolicy(PrivacyPolicy.parse({ results: { default: 'redact' } })) },
      tokens: { prepare: async () => {}, token: () => '' },
      record: { found: () => {} },
    });
    const call = {
      executionId: 'e',
      request: {} as never,
      call: { tenant: 'acme' } as never,
      prepared: tool({ risk: 'read' }),
    };
    const result = { ...(await stage.run()), output: failing };
    expect(await guard(call, result)).toMatchObject({
      status: 'failed',
      output: null,
      error: { code: 'privacy_blocked' },
    });
  });
});

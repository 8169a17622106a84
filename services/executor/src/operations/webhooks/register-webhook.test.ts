import { errorBody, newId, type PatchbayError, RegisterWebhookRequest, type Webhooks } from '@patchbay/contracts';
import type { ExecuteInput, ExecuteOutcome } from '@patchbay/execution-engine';
import { describe, expect, test } from 'vitest';
import { createRegistryTools } from '../../adapters/registry-tools.ts';
import { hooksDocument } from '../../webhooks.test-support.ts';
import { harness, succeeded } from '../fakes.test-support.ts';
import { createRegisterWebhook } from './register-webhook.ts';

const call = { receivedAt: performance.now(), traceparent: '00-a-b-00', traceId: null };

/** The operation over an engine that ends as the test says, and what it left behind. */
function registering(secret: 'of the vendor' | 'ours', end: (input: ExecuteInput) => Partial<ExecuteOutcome>) {
  const document = hooksDocument('hooks', secret);
  const { ports, audited } = harness({
    engine: {
      execute: async (input) => ({ ...succeeded, ...end(input) }),
      foresee: () => null,
      previewRequest: () => expect.fail(),
    },
  });
  const tools = createRegistryTools({
    resolve: () => null,
    visibleTools: () => [{ name: 'hooks_look', toolKey: 'look', document, scope: '_platform' }] as never,
  });
  const sealed: unknown[] = [];
  const register = createRegisterWebhook({
    ...ports,
    webhooks: tools,
    sealer: async () => (value) => {
      sealed.push(value);
      return { sender: 'X', ciphertext: 'sealed' };
    },
  });
  const request = RegisterWebhookRequest.parse({
    tenant: 'acme',
    integration: 'hooks',
    connection: newId('connection'),
    url: 'https://hooks.example.com/hooks/src_A',
    arguments: { team: 'red' },
    scheme: (document.webhooks as Webhooks).scheme,
  });
  return { audited, sealed, run: () => register(request, { ...call, receivedAt: performance.now() }) };
}

describe('registering a webhook', () => {
  test('tells neither the caller nor the audit log a secret that the vendor repeats', async () => {
    let sent = '';
    const { run, audited } = registering('ours', ({ arguments: args }) => {
      sent = args['key'] as string;
      const echoes = { plain: sent, base64: Buffer.from(sent).toString('base64'), nested: [`key=${sent}`] };
      return {
        status: 'failed',
        output: null,
        error: errorBody('upstream_error', { message: `refused ${sent}`, speakable: sent, details: echoes }),
      };
    });
    const failure = await run().catch((error: PatchbayError) => error.body);
    expect(sent).toHaveLength(43);
    expect(failure).toMatchObject({ code: 'upstream_error', message: 'refused [secret]' });
    for (const told of [failure, audited]) {
      expect(JSON.stringify(told)).not.toContain(sent);
      expect(JSON.stringify(told)).not.toContain(Buffer.from(sent).toString('base64').slice(0, 40));
    }
    expect(audited.map(([, , , { outcome, actor, target }]) => [outcome, actor.id, target.id])).toEqual([
      ['intent', 'webhook-ingress', 'hooks_webhooks_register'],
      ['failed', 'webhook-ingress', 'hooks_webhooks_register'],
    ]);
  });

  test('does not believe half an answer', async () => {
    const output = { id: 'one', secret: 'the-whole-of-it', 'setting.state': 'on' };
    const cut = registering('of the vendor', () => ({ output, truncated: true }));
    await expect(cut.run()).rejects.toMatchObject({ code: 'response_invalid' });
    const whole = registering('of the vendor', () => ({ output }));
    await expect(whole.run()).resolves.toMatchObject({ webhook_id: 'one', settings: { state: 'on' } });
    expect([cut.sealed, whole.sealed]).toEqual([[], [{ value: 'the-whole-of-it' }]]);
  });

  test.each([
    [{}, null],
    [{ id: {}, secret: 's' }, null],
    [{ id: 12, secret: 's', 'setting.state': ['on'] }, '12'],
    [{ id: 'x', secret: '', 'setting.state': 'on' }, 'x'],
  ])('says of %j which webhook the vendor holds', async (output, id) => {
    const { run } = registering('of the vendor', () => ({ output }));
    await expect(run()).rejects.toMatchObject({ code: 'response_invalid', body: { details: { webhook_id: id } } });
  });
});

import { type PrivacyFinding, PrivacyPolicy, type WebhookSource } from '@patchbay/contracts';
import { compilePrivacyPolicy } from '@patchbay/privacy-policy';
import { describe, expect, it } from 'vitest';
import type { FoundEvents } from './event-facts.ts';
import { createGuardEvents } from './guard-events.ts';

const source = { tenant: 'acme', id: 'src_1', name: 'crm' } as WebhookSource;

function arrived(payload: string | Uint8Array, over: object = {}, request: Uint8Array | null = null): FoundEvents {
  const event = {
    id: 'evt_1',
    content_type: 'application/json',
    count: 1,
    request: { url: 'https://hooks.example/hooks/src_1?from=ada%40example.com' },
    ...over,
  };
  return { events: [{ event: event as never, payload, claim: null }], request };
}

function guarded(policy: object | 'unusable' | null, events: FoundEvents) {
  const compiled =
    typeof policy === 'string' || policy === null ? policy : compilePrivacyPolicy(PrivacyPolicy.parse(policy));
  const told: [string, readonly PrivacyFinding[], boolean][] = [];
  const guard = createGuardEvents({
    policyOf: () => compiled as never,
    found: (_source, event, findings, blocked) => told.push([event, findings, blocked]),
  });
  const result = guard(source, events);
  const { event, payload } = result.events[0] as FoundEvents['events'][number];
  return { result, event, payload: Buffer.from(payload as string).toString('utf8'), told };
}

describe('events of a tenant', () => {
  const body = '{"contact":{"email":"ada@example.com","id":7},"note":"from 4111 1111 1111 1111"}';

  it.each([[null], [{}], [{ results: { default: 'redact' } }], [{ webhooks: { default: 'redact', except: ['crm'] } }]])(
    'stay as they came under policy %j',
    (policy) => {
      const events = arrived(body, {}, Buffer.from(body));
      expect(guarded(policy, events).result).toBe(events);
    },
  );

  it('lose what is to go, also where it is to be a token, before they are stored', () => {
    const policy = { webhooks: { default: 'redact', entities: { email: 'tokenise' } } };
    const { payload, event, told, result } = guarded(policy, arrived(Buffer.from(body), {}, Buffer.from(body)));
    expect(JSON.parse(payload)).toEqual({ contact: { email: '[email]', id: 7 }, note: 'from [credit_card]' });
    expect(event.request.url).toBe('https://hooks.example/hooks/src_1');
    expect(Buffer.from(result.request as Uint8Array).toString()).toBe('{"withheld":"privacy"}');
    expect(told).toEqual([
      [
        'evt_1',
        [
          { path: 'event.contact.email', found: 'email', action: 'tokenise' },
          { path: 'event.note', found: 'credit_card', action: 'redact' },
        ],
        false,
      ],
    ]);
  });

  it('are bytes as they came where nothing is found', () => {
    const untouched = '{ "id" : 7 }';
    expect(guarded({ webhooks: { default: 'redact' } }, arrived(untouched))).toMatchObject({
      payload: untouched,
      told: [],
    });
  });

  it('say only that they came where something is blocked', () => {
    const { payload, told } = guarded({ webhooks: { entities: { credit_card: 'block' } } }, arrived(body));
    expect(payload).toBe('{"withheld":"privacy"}');
    expect(told[0]?.[2]).toBe(true);
  });

  it('keep the form of a form, and of a text', () => {
    const policy = { webhooks: { default: 'redact' } };
    const form = { content_type: 'application/x-www-form-urlencoded' };
    expect(
      guarded(policy, arrived(Buffer.from('From=%2B12025550143&Body=hi+ada%40example.com&Body=again'), form)).payload,
    ).toBe('From=%5Bphone%5D&Body=hi+%5Bemail%5D&Body=again');
    expect(
      guarded(policy, arrived(Buffer.from('write to ada@example.com'), { content_type: 'text/plain' })).payload,
    ).toBe('write to [email]');
  });

  it('do not go on as bytes that nobody can read, or under a policy that nobody can', () => {
    const bytes = new Uint8Array([0x7b, 0xff, 0xfe]);
    expect(guarded({ webhooks: { default: 'redact' } }, arrived(bytes)).payload).toBe('{"withheld":"privacy"}');
    expect(guarded('unusable', arrived(body)).payload).toBe('{"withheld":"privacy"}');
  });
});

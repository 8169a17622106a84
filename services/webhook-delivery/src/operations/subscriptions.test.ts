import { AddSubscriptionRequest, PatchbayError, type WebhookSubscription } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { source, webhookSubscription } from '../domain/event.fixture.ts';
import { createAddSubscription } from './add-subscription.ts';
import { createAwaitWebhook } from './await-webhook.ts';
import { createChangeSubscription } from './change-subscription.ts';
import { fakeStorage } from './fakes.test-support.ts';
import { createListSubscriptions } from './list-subscriptions.ts';
import { createRemoveSubscription } from './remove-subscription.ts';
import { createRotateSubscriptionKey } from './rotate-subscription-key.ts';
import { createSweepExpired } from './sweep-expired.ts';

const now = Date.parse('2026-11-29T12:00:00Z');
const httpTarget = { kind: 'http', url: 'https://x.example.com/', headers: {}, payload: 'raw' } as const;

/** Ports over memory that write down what was done, in order. */
function parts(subscriptions: readonly WebhookSubscription[] = []) {
  const storage = fakeStorage(subscriptions);
  const done: string[] = [];
  let keys = 0;
  return {
    storage,
    done,
    ports: {
      ...storage.ports,
      sources: { exists: async (_: string, id: string) => id === source },
      refuseUrl: (_: string, url: string) => (url.includes('private') ? 'No request may go there.' : null),
      keys: {
        async create(_: string, owner: string, recipient: string | undefined) {
          done.push(`key for ${owner === '' ? 'nobody' : 'it'}${recipient ? ' told' : ''}`);
          const id = `sec_0000000000000000000000000${++keys}`;
          const entry = { id, created_at: new Date(now + keys).toISOString(), expires_at: null };
          return { entry, sealed: recipient ? { sender: 'X', ciphertext: id } : null };
        },
        drop: async (_: string, __: string, id?: string) => void done.push(`dropped ${id ?? 'all keys'}`),
      },
      audit: { subscription: async (_: unknown, what: string, by: string) => void done.push(`${what} by ${by}`) },
      announce: { changed: (_: unknown, what: string) => void done.push(`announced ${what}`) },
      prepare: async () => void done.push('prepared'),
      now: () => now,
      report: () => {},
    },
  };
}
const request = (over: object = {}) =>
  AddSubscriptionRequest.parse({ tenant: 'acme', target: { kind: 'nats' }, ...over });
const refusal = (path: string) =>
  expect.objectContaining({
    code: 'invalid_request',
    body: expect.objectContaining({ details: { issues: [expect.objectContaining({ path })] } }),
  });

describe('adding a subscription', () => {
  test('is recorded and made ready before anybody can match it', async () => {
    const { ports, storage, done } = parts();
    storage.ports.subscriptions.add = async (one) => {
      done.push('added');
      storage.kept.set(one.id, one);
    };
    const { subscription, sealed_secret } = await createAddSubscription(ports)(request({ source, name: 'mine' }));
    expect(done).toEqual(['added by admin', 'prepared', 'added']);
    expect(subscription).toMatchObject({
      name: 'mine',
      source,
      state: { value: 'active' },
      secrets: [],
      concurrency: 8,
    });
    expect(sealed_secret).toBeNull();
  });

  test('to an HTTP target makes a key, and tells it whoever can be told', async () => {
    const { ports, done } = parts();
    const add = createAddSubscription(ports);
    const told = await add(request({ target: httpTarget, recipient: `X${'A'.repeat(55)}` }));
    expect(told).toMatchObject({
      subscription: { secrets: [{ id: expect.any(String) }] },
      sealed_secret: { sender: 'X' },
    });
    expect(told.subscription).not.toHaveProperty('recipient');
    expect((await add(request({ target: httpTarget }))).sealed_secret).toBeNull();
    expect(done.filter((what) => what.startsWith('key'))).toEqual(['key for it told', 'key for it']);
  });

  test.each([
    [{ source: 'src_00000000000000000000000009' }, 'source'],
    [{ once: true, order_by: '{body.a}' }, 'order_by'],
    [{ target: { ...httpTarget, url: 'https://private.example.com/' } }, 'target.url'],
    [{ target: { ...httpTarget, headers: { 'X-Auth-Key': '1' } } }, 'target.headers.X-Auth-Key'],
    [{ target: { ...httpTarget, headers: { 'Webhook-Id': '1' } } }, 'target.headers.Webhook-Id'],
    [{ target: { kind: 'plan', plan: { calls: [{ id: 'a', tool: 'x_y', dry_run: true }] } } }, 'target.plan'],
  ])('with %j is refused, and nothing is done', async (over, path) => {
    const { ports, storage, done } = parts();
    await expect(createAddSubscription(ports)(request(over))).rejects.toEqual(refusal(path));
    expect(done).toEqual([]);
    expect(storage.kept.size).toBe(0);
  });

  test('that cannot be recorded is not made', async () => {
    const { ports, storage } = parts();
    const audit = { subscription: () => Promise.reject(new PatchbayError('audit_unavailable')) };
    await expect(createAddSubscription({ ...ports, audit })(request())).rejects.toMatchObject({
      code: 'audit_unavailable',
    });
    expect(storage.kept.size).toBe(0);
  });

  test('has an end, and sessions that wait have an earlier one', async () => {
    const sessions = Array.from({ length: 500 }, () =>
      webhookSubscription({ target: { kind: 'session', session: 's' } }),
    );
    const some = parts(sessions);
    const await_ = createAwaitWebhook({ addSubscription: createAddSubscription(some.ports), now: () => now });
    const waiting = { session: 's', types: ['*'], timeout_ms: 1_000 };
    await expect(await_('acme', waiting)).rejects.toMatchObject({ code: 'overloaded' });
    await createAddSubscription(some.ports)(request());
    const full = parts(Array.from({ length: 1_000 }, () => webhookSubscription()));
    await expect(createAddSubscription(full.ports)(request())).rejects.toEqual(refusal('tenant'));
  });
});

test('a session waits by a subscription of one delivery whose attempts last as long as it waits', async () => {
  const { ports, storage } = parts();
  const awaitWebhook = createAwaitWebhook({ addSubscription: createAddSubscription(ports), now: () => now });
  for (const timeout_ms of [1_000, 86_400_000]) {
    const { subscription } = await awaitWebhook('acme', { session: 's', source, types: ['a'], timeout_ms });
    const kept = storage.kept.get(subscription) as WebhookSubscription;
    expect(kept).toMatchObject({ once: true, source, types: ['a'], target: { kind: 'session', session: 's' } });
    expect(kept.expires_at).toBe(new Date(now + timeout_ms).toISOString());
    const lasts = kept.retry.schedule_ms.reduce((sum, wait) => sum + wait, 0);
    expect(lasts).toBeGreaterThanOrEqual(timeout_ms);
    expect(kept.retry.schedule_ms.length).toBeLessThanOrEqual(50);
  }
});

describe('changing a subscription', () => {
  test('changes what is given and nothing else, and is recorded first', async () => {
    const before = webhookSubscription({ name: 'old', concurrency: 3 });
    const { ports, done } = parts([before]);
    const change = createChangeSubscription(ports);
    const { subscription } = await change({ tenant: 'acme', subscription: before.id, name: 'new', source: undefined });
    expect(subscription).toEqual({ ...before, name: 'new', updated_at: new Date(now).toISOString() });
    expect(done).toEqual(['changed by admin', 'prepared']);
  });

  test('that is gone by then is refused', async () => {
    const before = webhookSubscription();
    const { ports, storage } = parts([before]);
    const prepare = async () => void storage.kept.clear();
    const change = createChangeSubscription({ ...ports, prepare });
    await expect(change({ tenant: 'acme', subscription: before.id, name: 'x' })).rejects.toEqual(
      refusal('subscription'),
    );
  });
});

describe('removing a subscription', () => {
  test('destroys its keys before it is gone, and then what waits', async () => {
    const one = webhookSubscription({ target: httpTarget });
    const { ports, storage, done } = parts([one]);
    storage.failing.set(one.id, now);
    await createRemoveSubscription(ports)({ tenant: 'acme', subscription: one.id });
    expect(done).toEqual(['removed by admin', 'dropped all keys']);
    expect([storage.kept.size, storage.failing.size, storage.purged]).toEqual([0, 0, [one.id]]);
  });

  test('is not done while its keys cannot be destroyed', async () => {
    const one = webhookSubscription({ target: httpTarget });
    const { ports, storage } = parts([one]);
    const keys = { ...ports.keys, drop: () => Promise.reject(new PatchbayError('vault_unavailable')) };
    const remove = createRemoveSubscription({ ...ports, keys });
    await expect(remove({ tenant: 'acme', subscription: one.id })).rejects.toMatchObject({ code: 'vault_unavailable' });
    expect(storage.kept.size).toBe(1);
  });
});

describe('another signing key', () => {
  const at = (ms: number) => new Date(now + ms).toISOString();
  const secret = (n: number, created: number, expires: number | null) => ({
    id: `sec_0000000000000000000000000${n}`,
    created_at: at(created),
    expires_at: expires === null ? null : at(expires),
  });
  const rotate = (ports: Parameters<typeof createRotateSubscriptionKey>[0], id: string, overlap_ms: number) =>
    createRotateSubscriptionKey(ports)({
      tenant: 'acme',
      subscription: id,
      overlap_ms,
      recipient: `X${'A'.repeat(55)}`,
    });

  test('lets the newest before it go on for the overlap, and destroys older ones and those that ended', async () => {
    const [ended, older, newest] = [secret(7, -30, -1), secret(8, -20, 5_000), secret(9, -10, null)];
    const one = webhookSubscription({ target: httpTarget, secrets: [ended, older, newest] });
    const { ports, done } = parts([one]);
    const { subscription } = await rotate(ports, one.id, 60_000);
    expect(subscription.secrets).toEqual([
      { ...newest, expires_at: at(60_000) },
      { id: expect.any(String), created_at: expect.any(String), expires_at: null },
    ]);
    expect(done).toEqual(['key_rotated by admin', `dropped ${ended.id}`, `dropped ${older.id}`, 'key for it told']);
  });

  test('does not let one live longer that was to end sooner', async () => {
    const one = webhookSubscription({ target: httpTarget, secrets: [secret(9, -10, 1_000)] });
    const { ports } = parts([one]);
    expect((await rotate(ports, one.id, 60_000)).subscription.secrets[0]?.expires_at).toBe(at(1_000));
  });

  test('is for HTTP targets only', async () => {
    const one = webhookSubscription();
    await expect(rotate(parts([one]).ports, one.id, 0)).rejects.toEqual(refusal('subscription'));
  });
});

test('subscriptions are listed oldest first, by the source that may reach them', async () => {
  const [any, mine, other] = [
    webhookSubscription({ id: 'sub_01JD0000000000000000000003' }),
    webhookSubscription({ id: 'sub_01JD0000000000000000000001', source }),
    webhookSubscription({ id: 'sub_01JD0000000000000000000002', source: 'src_01JD0000000000000000000009' }),
  ];
  const list = createListSubscriptions(parts([any, mine, other]).ports);
  const ids = async (filter = {}) => (await list({ tenant: 'acme', ...filter })).subscriptions.map(({ id }) => id);
  expect(await ids()).toEqual([mine.id, other.id, any.id]);
  expect(await ids({ source })).toEqual([mine.id, any.id]);
  expect((await list({ tenant: 'rival' })).subscriptions).toEqual([]);
});

test('what is over is disabled, and what waited in vain is taken away; one that cannot be does not keep others', async () => {
  const over = { expires_at: new Date(now).toISOString() };
  const [stuck, waiting, standing, young] = [
    webhookSubscription({ ...over, once: true, target: httpTarget }),
    webhookSubscription({ ...over, once: true }),
    webhookSubscription(over),
    webhookSubscription({ expires_at: new Date(now + 1).toISOString() }),
  ];
  const { ports, storage, done } = parts([stuck, waiting, standing, young]);
  const reported: string[] = [];
  const sweep = createSweepExpired({
    ...ports,
    keys: { drop: () => Promise.reject(new PatchbayError('vault_unavailable')) },
    subscriptions: { ...ports.subscriptions, all: () => [...storage.kept.values()] },
    removeStrays: () => Promise.reject(new PatchbayError('overloaded')),
    report: (_, message) => void reported.push(message),
  });
  await sweep();
  expect([...storage.kept.keys()]).toEqual([stuck.id, standing.id, young.id]);
  expect(storage.kept.get(standing.id)?.state).toMatchObject({ value: 'disabled', reason: 'its time is over' });
  expect(storage.kept.get(young.id)?.state.value).toBe('active');
  expect(done).toContain('announced disabled');
  expect(reported).toHaveLength(3);
});

import { AddSourceRequest, newId, PatchbayError, RemoveSourceRequest, type WebhookSource } from '@patchbay/contracts';
import { loadSchemes } from '@patchbay/webhook-schemes';
import { describe, expect, test } from 'vitest';
import { addSource } from '../sources/add-source.ts';
import { removeSource } from '../sources/remove-source.ts';
import type { SourcePorts } from '../sources/source-ports.ts';
import type { VendorWebhooks } from './vendor-port.ts';

const connection = newId('connection');
const sealed_secret = { sender: 'X', ciphertext: 'sealed' };
const caller = { traceId: null };

/** A vendor that keeps what it is told, and fails as the test says: before or after it did. */
class FakeVendor implements VendorWebhooks {
  readonly hooks = new Map<string, string>();
  /** What each request fails with after it had its effect, and instead of it. */
  after: Partial<Record<keyof VendorWebhooks, PatchbayError>> = {};
  instead: Partial<Record<keyof VendorWebhooks, PatchbayError>> = {};
  canList = true;
  /** Called while a webhook is being registered, as by a handshake. */
  during: (url: string) => void = () => {};
  answer = { settings: {} as Record<string, string>, sealed_secret: sealed_secret as typeof sealed_secret | null };

  async register({ url, events }: { url: string; events: string[] }) {
    const id = `wh_${this.hooks.size + 1}`;
    return this.#does('register', () => {
      this.during(url);
      this.hooks.set(id, url);
      return { execution_id: newId('execution'), webhook_id: id, events, ...this.answer };
    });
  }

  async find({ url }: { url: string }) {
    const ids = [...this.hooks].filter(([, at]) => at === url).map(([id]) => id);
    return this.#does('find', () => ({
      execution_id: newId('execution'),
      webhook_ids: this.canList ? ids : null,
    }));
  }

  async remove({ webhook_id }: { webhook_id: string }) {
    return this.#does('remove', () => ({
      execution_id: newId('execution'),
      removed: this.hooks.delete(webhook_id),
    }));
  }

  #does<T>(what: keyof VendorWebhooks, effect: () => T): T {
    if (this.instead[what] !== undefined) throw this.instead[what];
    const answer = effect();
    if (this.after[what] !== undefined) throw this.after[what];
    return answer;
  }
}

/** Sources and secrets in memory; `order` says what happened in which order. */
function world() {
  const stored = new Map<string, { source: WebhookSource; revision: number }>();
  const kept = new Map<string, string>();
  const order: string[] = [];
  const vendor = new FakeVendor();
  let revision = 0;
  const failing = { keep: false, update: false };
  const ports: SourcePorts = {
    sources: {
      find: (id) => stored.get(id)?.source ?? null,
      list: () => [...stored.values()].map(({ source }) => source),
      all: () => [...stored.values()].map(({ source }) => source),
      read: async (_tenant, id) => stored.get(id) ?? null,
      async create(source) {
        order.push(`create ${source.upstream?.state}`);
        stored.set(source.id, { source, revision: ++revision });
      },
      async update(source, expected) {
        if (failing.update) throw new PatchbayError('overloaded');
        if (stored.get(source.id)?.revision !== expected) return false;
        order.push(`update ${source.upstream?.state}`);
        stored.set(source.id, { source, revision: ++revision });
        return true;
      },
      async remove({ id }, expected) {
        if (stored.get(id)?.revision !== expected) return false;
        return stored.delete(id);
      },
    },
    secrets: {
      of: async () => [],
      async keep(_tenant, owner, id, { sealed }) {
        if (failing.keep) throw new PatchbayError('vault_unavailable');
        order.push('keep');
        kept.set(`${owner} ${id}`, sealed);
      },
      keepClear: async () => {},
      async drop(_tenant, owner) {
        for (const key of kept.keys()) if (key.startsWith(owner)) kept.delete(key);
      },
    },
    vendors: {
      register: (request) => {
        order.push('register');
        return vendor.register(request);
      },
      find: (request) => vendor.find(request),
      remove: (request) => vendor.remove(request),
    },
    schemes: loadSchemes(),
    recordAudit: async ({ data }) => void order.push(`audit ${data.outcome}`),
    report: () => {},
    publicUrl: 'https://hooks.example.com',
    now: Date.now,
  };
  const add = (over: Record<string, unknown> = {}) =>
    addSource(ports)(
      AddSourceRequest.parse({
        tenant: 'acme',
        scheme: 'github',
        upstream: { integration: 'github', connection, events: ['push'], arguments: { repo: 'a' } },
        ...over,
      }),
      caller,
    );
  const remove = (source: string, force = false) =>
    removeSource(ports)(RemoveSourceRequest.parse({ tenant: 'acme', source, force }), caller);
  return { ports, stored, kept, order, vendor, failing, add, remove, sources: () => [...stored.values()] };
}

const failureOf = (work: Promise<unknown>): Promise<PatchbayError> =>
  work.then(
    () => expect.fail('it succeeded'),
    (error: PatchbayError) => error,
  );

describe('a source that is registered at its vendor', () => {
  test('is on record before the vendor hears of it, and has its secret before it is called registered', async () => {
    const { add, order, vendor, kept } = world();
    const { source } = await add();
    expect(order).toEqual([
      'audit intent',
      'create registering',
      'register',
      'keep',
      'update registered',
      'audit succeeded',
    ]);
    expect(source).toMatchObject({
      enabled: true,
      upstream: { state: 'registered', webhook_id: 'wh_1', url: source.url },
    });
    expect([...vendor.hooks]).toEqual([['wh_1', source.url]]);
    expect([...kept]).toEqual([[`${source.id} ${source.secrets[0]?.id}`, 'sealed']]);
  });

  test('takes settings of its scheme out of the vendor’s answer, and keeps the others for the removal', async () => {
    const { add, vendor } = world();
    vendor.answer = { settings: { webhook_id: 'WH-1', resource: 'r' }, sealed_secret: null };
    const { source } = await add({ scheme: 'paypal' });
    expect(source).toMatchObject({
      settings: { webhook_id: 'WH-1' },
      upstream: { settings: { webhook_id: 'WH-1', resource: 'r' } },
      secrets: [],
    });
  });

  test('keeps the secret that a handshake brought meanwhile', async () => {
    const { add, vendor, stored } = world();
    vendor.answer = { settings: {}, sealed_secret: null };
    const secret = { id: newId('webhookSecret'), created_at: new Date().toISOString(), expires_at: null };
    vendor.during = () => {
      const [id, { source, revision }] = [...stored][0] as [string, { source: WebhookSource; revision: number }];
      expect(source).toMatchObject({ enabled: true, secrets: [] });
      stored.set(id, { source: { ...source, secrets: [secret] }, revision: revision + 100 });
    };
    expect((await add({ scheme: 'asana' })).source).toMatchObject({
      secrets: [secret],
      upstream: { state: 'registered' },
    });
  });

  test('needs an address', async () => {
    const { add, ports, order } = world();
    Object.assign(ports, { publicUrl: null });
    expect(await failureOf(add())).toMatchObject({ code: 'invalid_request' });
    expect(order).not.toContain('register');
  });

  test.each([
    ['nothing was sent', new PatchbayError('connection_missing')],
    ['there is no executor', new PatchbayError('overloaded')],
    ['the vendor refused', new PatchbayError('upstream_error', { details: { upstream_status: 422 } })],
  ])('is no more when %s', async (_what, error) => {
    const { add, vendor, sources } = world();
    vendor.instead.register = error;
    vendor.instead.find = new PatchbayError('upstream_error');
    expect((await failureOf(add())).body).toEqual(error.body);
    expect(sources()).toEqual([]);
  });

  test.each([
    ['did not answer', new PatchbayError('outcome_unknown')],
    ['failed afterwards', new PatchbayError('upstream_error', { details: { upstream_status: 500 } })],
    ['was not heard of in time', new PatchbayError('deadline_exceeded')],
    ['gave no secret', new PatchbayError('response_invalid', { details: { webhook_id: 'wh_1' } })],
    ['gave nothing of use', new PatchbayError('response_invalid', { details: { webhook_id: null } })],
  ])('is removed again when a vendor that registered it %s', async (_what, error) => {
    const { add, vendor, sources, kept } = world();
    vendor.after.register = error;
    expect(await failureOf(add())).toMatchObject({ code: error.code });
    expect([vendor.hooks.size, sources().length, kept.size]).toEqual([0, 0, 0]);
  });

  test.each<[string, 'keep' | 'update']>([
    ['the vault is away', 'keep'],
    ['its record cannot be written', 'update'],
  ])('is removed again when %s', async (_what, what) => {
    const { add, vendor, failing, sources, kept } = world();
    failing[what] = true;
    await failureOf(add());
    expect([vendor.hooks.size, sources().length, kept.size]).toEqual([0, 0, 0]);
  });

  test.each([
    ['cannot be removed', { remove: new PatchbayError('upstream_unreachable') }, true, ['wh_1']],
    ['cannot be looked for', { find: new PatchbayError('upstream_unreachable') }, true, []],
    ['has no list', {}, false, []],
  ])('stays, switched off, when its webhook %s', async (_what, instead, canList, ids) => {
    const { add, remove, vendor, sources } = world();
    vendor.after.register = new PatchbayError('outcome_unknown', { message: 'No answer.' });
    Object.assign(vendor, { instead, canList });
    const failure = await failureOf(add());
    const [held] = sources();
    expect(held?.source).toMatchObject({
      enabled: false,
      upstream: { state: 'unsettled', webhook_id: ids[0] ?? null },
    });
    expect(failure).toMatchObject({
      code: 'outcome_unknown',
      body: { retryable: false, details: { source: held?.source.id, webhook_ids: ids } },
    });
    // Who removes it later is told what cannot be done, until it can.
    if (canList) {
      vendor.instead = {};
      await remove(held?.source.id ?? '');
      expect([vendor.hooks.size, sources().length]).toEqual([0, 0]);
    } else {
      await failureOf(remove(held?.source.id ?? ''));
      await remove(held?.source.id ?? '', true);
      expect([vendor.hooks.size, sources().length]).toEqual([1, 0]);
    }
  });

  test('stays when a vendor that did not answer does not show it yet', async () => {
    const { add, remove, vendor, sources } = world();
    vendor.instead.register = new PatchbayError('outcome_unknown');
    expect(await failureOf(add())).toMatchObject({ code: 'outcome_unknown' });
    const [held] = sources();
    expect(held?.source).toMatchObject({ enabled: false, upstream: { state: 'unsettled', webhook_id: null } });
    // It comes after all.
    vendor.hooks.set('late', held?.source.upstream?.url ?? '');
    await remove(held?.source.id ?? '');
    expect([vendor.hooks.size, sources().length]).toEqual([0, 0]);
  });
});

describe('removing a source that is registered', () => {
  test('removes it at the vendor first', async () => {
    const { add, remove, vendor, sources, kept } = world();
    const { source } = await add();
    expect(await remove(source.id)).toMatchObject({ source: { id: source.id }, left_at_vendor: [] });
    expect([vendor.hooks.size, sources().length, kept.size]).toEqual([0, 0, 0]);
  });

  test('says why the vendor keeps it, and forces nothing by itself', async () => {
    const { add, remove, vendor, sources, kept } = world();
    const { source } = await add();
    vendor.instead.remove = new PatchbayError('connection_missing', { message: 'There is no connection.' });
    expect(await failureOf(remove(source.id))).toMatchObject({
      code: 'connection_missing',
      message: expect.stringContaining('wh_1'),
      body: { details: { source: source.id, webhook_ids: ['wh_1'] } },
    });
    expect([sources().length, kept.size]).toEqual([1, 1]);
    expect(await remove(source.id, true)).toMatchObject({ left_at_vendor: ['wh_1'] });
    expect([vendor.hooks.size, sources().length, kept.size]).toEqual([1, 0, 0]);
  });
});

import { newId, PatchbayError, type WebhookSource } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { failureOf, world } from './fake-vendor.test-support.ts';

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
    Object.assign(vendor.answer, { settings: { webhook_id: 'WH-1', resource: 'r' }, sealed_secret: null });
    const { source } = await add({ scheme: 'paypal' });
    expect(source).toMatchObject({
      settings: { webhook_id: 'WH-1' },
      upstream: { settings: { webhook_id: 'WH-1', resource: 'r' } },
      secrets: [],
    });
  });

  test('keeps the secret that a handshake brought meanwhile', async () => {
    const { add, vendor, stored } = world();
    vendor.answer.sealed_secret = null;
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

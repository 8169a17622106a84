import { PatchbayError } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { world } from './fake-vendor.test-support.ts';
import { createRenewSources } from './renew-sources.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** As `world`, with how long the vendor gives. */
function endingWorld() {
  const here = world();
  const endIn = (ms: number) => {
    here.vendor.answer.expires_at = new Date(here.clock.ms + ms).toISOString();
  };
  return { ...here, endIn };
}

/** A source whose webhook the vendor ends after two days, and steps through time. */
async function ending() {
  const here = endingWorld();
  const { clock, ports, add, sources, endIn } = here;
  const told: [string, string][] = [];
  endIn(2 * day);
  const { source } = await add();
  const report = (level: string, message: string) => void told.push([level, message]);
  const renew = createRenewSources({ ...ports, report });
  const record = () => {
    const found = sources()[0]?.source;
    if (found === undefined) return expect.fail('the source is gone');
    return found;
  };
  return {
    ...here,
    source,
    told,
    record,
    async after(ms: number) {
      clock.ms += ms;
      endIn(2 * day);
      await renew();
    },
  };
}

describe('a webhook that its vendor ends', () => {
  test('is let be until a day before, and then another takes its place, with a secret of its own', async () => {
    const { after, vendor, record, source, clock, kept } = await ending();
    await after(23 * hour);
    expect([...vendor.hooks.keys()]).toEqual(['wh_1']);
    await after(2 * hour);
    expect([...vendor.hooks]).toEqual([['wh_2', source.url]]);
    const { upstream, secrets } = record();
    expect(upstream).toMatchObject({ state: 'registered', webhook_id: 'wh_2', replaced: [], renew_after: null });
    expect(secrets.map(({ expires_at }) => expires_at)).toEqual([new Date(clock.ms + hour).toISOString(), null]);
    expect(secrets[0]?.id).toBe(source.secrets[0]?.id);
    expect(kept.size).toBe(2);
  });

  test('goes on for months without keeping secrets that ended', async () => {
    const { after, record, vendor } = await ending();
    for (let i = 0; i < 60; i++) await after(26 * hour);
    expect(vendor.hooks.size).toBe(1);
    expect(vendor.hooks.has('wh_61')).toBe(true);
    expect(record().secrets.length).toBe(2);
  });

  test('of a short life is renewed at half of it', async () => {
    const { endIn, clock, vendor, ports, add } = endingWorld();
    endIn(2 * hour);
    await add();
    const renew = createRenewSources(ports);
    clock.ms += 59 * 60_000;
    await renew();
    expect(vendor.hooks.has('wh_1')).toBe(true);
    clock.ms += 2 * 60_000;
    endIn(2 * hour);
    await renew();
    expect([...vendor.hooks.keys()]).toEqual(['wh_2']);
  });

  test('that stays is never touched, nor one of a source that is off', async () => {
    const { endIn, clock, vendor, ports, add, stored } = endingWorld();
    await add();
    endIn(day);
    const { source } = await add();
    const entry = stored.get(source.id);
    if (entry !== undefined) stored.set(source.id, { ...entry, source: { ...entry.source, enabled: false } });
    clock.ms += 400 * day;
    await createRenewSources(ports)();
    expect([...vendor.hooks.keys()]).toEqual(['wh_1', 'wh_2']);
  });

  test('is tried again when its vendor was away, and not at every look', async () => {
    const { after, vendor, record, told, order } = await ending();
    vendor.instead.register = new PatchbayError('upstream_unreachable');
    await after(25 * hour);
    await after(60_000);
    expect(told.filter(([level]) => level === 'error')).toHaveLength(1);
    expect(order.filter((step) => step === 'audit failed')).toHaveLength(1);
    expect(record().upstream).toMatchObject({ webhook_id: 'wh_1', state: 'registered' });
    vendor.instead = {};
    await after(600_000);
    expect([...vendor.hooks.keys()]).toEqual(['wh_2']);
  });

  test('leaves nothing behind when the vendor registered another and did not answer', async () => {
    const { after, vendor, record } = await ending();
    vendor.after.register = new PatchbayError('outcome_unknown');
    await after(25 * hour);
    expect(record().upstream?.replaced).toEqual([{ webhook_id: 'wh_2', settings: {} }]);
    vendor.after = {};
    await after(601_000);
    expect([...vendor.hooks.keys()]).toEqual(['wh_3']);
    expect(record().upstream).toMatchObject({ webhook_id: 'wh_3', replaced: [] });
  });

  test('keeps its place when the vault is away, and the other is given back', async () => {
    const { after, vendor, record, failing } = await ending();
    failing.keep = true;
    await after(25 * hour);
    expect([...vendor.hooks.keys()]).toEqual(['wh_1']);
    vendor.instead.remove = new PatchbayError('upstream_unreachable');
    await after(601_000);
    expect(record().upstream).toMatchObject({ webhook_id: 'wh_1', replaced: [{ webhook_id: 'wh_3' }] });
    failing.keep = false;
    vendor.instead = {};
    await after(601_000);
    expect([...vendor.hooks.keys()]).toEqual(['wh_4']);
  });

  test('whose place was taken is removed later when that failed, or with its source', async () => {
    const { after, vendor, record, remove, sources } = await ending();
    vendor.instead.remove = new PatchbayError('upstream_unreachable');
    await after(25 * hour);
    expect([...vendor.hooks.keys()]).toEqual(['wh_1', 'wh_2']);
    expect(record().upstream).toMatchObject({ webhook_id: 'wh_2', replaced: [{ webhook_id: 'wh_1' }] });
    vendor.instead = {};
    await remove(record().id);
    expect([vendor.hooks.size, sources().length]).toEqual([0, 0]);
  });

  test('is renewed once when several processes look', async () => {
    const { vendor, ports, clock, endIn } = await ending();
    clock.ms += 25 * hour;
    endIn(2 * day);
    const renew = createRenewSources(ports);
    await Promise.all([renew(), renew(), renew()]);
    expect([...vendor.hooks.keys()]).toEqual(['wh_2']);
  });
});

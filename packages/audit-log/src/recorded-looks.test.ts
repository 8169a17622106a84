import { PatchbayError } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import type { AuditEntry } from './audit-recorder.ts';
import { createRecordedLooks, type Look } from './recorded-looks.ts';

function stage() {
  const recorded: AuditEntry[] = [];
  const state = { away: false, now: 0 };
  const looks = createRecordedLooks(
    async (entry) => {
      if (state.away) throw new PatchbayError('audit_unavailable');
      recorded.push(entry);
    },
    () => state.now,
  );
  return { recorded, state, looks };
}
const look: Look = {
  tenant: 'acme',
  type: 'dev.patchbay.delivery.event_read',
  target: { kind: 'webhook_event', id: 'evt_1' },
  replyTo: '_INBOX_admin.x',
  traceId: 't1',
};
const shown = async () => 'payload';

describe('a look at a payload', () => {
  it('is on record before its answer, in the name of who hears it', async () => {
    const { looks, recorded } = stage();
    expect(await looks.one(look, shown)).toBe('payload');
    await looks.one({ ...look, replyTo: '_INBOX_gateway.x', traceId: null }, shown);
    expect(recorded.map(({ data }) => data.actor.id)).toEqual(['admin', 'gateway']);
    expect(recorded[0]).toEqual({
      tenant: 'acme',
      class: 'delivery',
      type: look.type,
      data: { actor: { kind: 'admin', id: 'admin' }, target: look.target, outcome: 'succeeded', trace_id: 't1' },
    });
  });

  it('shows nothing while it cannot be recorded, and is none when there was nothing to show', async () => {
    const { looks, recorded, state } = stage();
    state.away = true;
    await expect(looks.one(look, shown)).rejects.toMatchObject({ code: 'audit_unavailable' });
    await expect(looks.often(look, shown)).rejects.toMatchObject({ code: 'audit_unavailable' });
    state.away = false;
    const missing = async () => {
      throw new PatchbayError('not_found');
    };
    await expect(looks.one(look, missing)).rejects.toMatchObject({ code: 'not_found' });
    await expect(looks.often(look, missing)).rejects.toMatchObject({ code: 'not_found' });
    expect(recorded).toEqual([]);
  });

  it('that comes again and again is recorded once in ten minutes for each tenant and caller, and counted', async () => {
    const { looks, recorded, state } = stage();
    for (let i = 0; i < 5; i++) expect(await looks.often(look, shown)).toBe('payload');
    await looks.often({ ...look, replyTo: '_INBOX_gateway.x' }, shown);
    await looks.often({ ...look, tenant: 'rival' }, shown);
    state.now = 600_000;
    await looks.often(look, shown);
    expect(recorded.map(({ tenant, data }) => [tenant, data.actor.id, data.facts?.['before']])).toEqual([
      ['acme', 'admin', 0],
      ['acme', 'gateway', 0],
      ['rival', 'admin', 0],
      ['acme', 'admin', 4],
    ]);
  });
});

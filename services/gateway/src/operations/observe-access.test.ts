import { PatchbayError } from '@patchbay/contracts';
import type { Principal } from '@patchbay/identity';
import { expect, test } from 'vitest';
import { observeAccess } from './observe-access.ts';
import { OpenSessions } from './open-sessions.ts';
import type { RecordAudit } from './ports.ts';

const principal: Principal = {
  kind: 'key',
  id: 'key_01JD0000000000000000000000',
  tenant: 'acme',
  role: 'agent',
  scopes: new Set(),
  agent: null,
  session: null,
};

function observed(recordAudit?: RecordAudit) {
  const entries: Parameters<RecordAudit>[0][] = [];
  const reports: string[] = [];
  const access = observeAccess({
    recordAudit: recordAudit ?? (async (entry) => void entries.push(entry)),
    report: (_level, message) => void reports.push(message),
    instance: 'gateway-1',
    now: () => 1_000,
    everyMs: 600_000,
  });
  return { access, entries, reports };
}

test('of what a known caller is refused, what they may not is kept, and what is not signed', async () => {
  const { access, entries } = observed();
  const refused = { principal, tenant: 'acme', operation: 'createKey' };
  access.onRefused({ ...refused, error: new PatchbayError('not_permitted') });
  access.onRefused({ ...refused, error: new PatchbayError('not_found') });
  access.onRefused({ ...refused, operation: 'voiceRetell', error: new PatchbayError('not_authenticated') });
  await access.close();
  expect(entries).toMatchObject([
    { type: 'dev.patchbay.gateway.access_refused', subject: 'createKey', data: { actor: { kind: 'key' } } },
    {
      type: 'dev.patchbay.gateway.sign_in_refused',
      data: { actor: { kind: 'service', id: 'gateway-1' }, facts: { reason: 'not_signed' } },
    },
  ]);
});

test('what stays open is told when it is opened and when it is closed, once each, and a single answer is not', async () => {
  const { access, entries } = observed();
  const store = {
    findKey: () => ({ revoked_at: null, expires_at: null }),
    findTenant: () => null,
    findIssuer: () => null,
  };
  const sessions = new OpenSessions(store as never, () => 1_000, access.tellSession);
  sessions.open(principal, () => {}).close();
  const session = sessions.open(principal, () => {}, 'live');
  session.close();
  session.close();
  expect(entries.map(({ type, data }) => [type, data.facts, data.duration_ms])).toEqual([
    ['dev.patchbay.gateway.session_opened', { door: 'live' }, undefined],
    ['dev.patchbay.gateway.session_closed', { door: 'live' }, 0],
  ]);
  await access.close();
});

test('an event that cannot be recorded is reported, and stops nobody', async () => {
  const { access, reports } = observed(() => Promise.reject(new PatchbayError('audit_unavailable')));
  access.tally.signedIn(principal, 'http');
  await access.close();
  expect(reports).toEqual(['an audit event about access was lost']);
});

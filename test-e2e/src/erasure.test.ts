import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditEvent, routes, unknownSubject } from '@patchbay/contracts';
import { scanForCanaries } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { publish, type System, startSystem } from './system.ts';

const ada = '+1 (555) 010-2030';
const digits = '15550102030';
const name = 'Ada Canary Lovelace-5c1f90';
const other = 'other-person-7781@example.com';
/** What calls about the person that is erased say of them; nothing else in the system does. */
const guest = 'Ada, table by the window, 5c1f90';
const patient = { timeout: 30_000, interval: 100 };

let system: System;
let policies: string;

/** A vendor whose answer says who asked, so that the ledger has it too. */
const guests = {
  id: 'guests',
  name: 'Guests',
  version: '1.0.0',
  category: 'other',
  description: 'Keeps guests, for tests.',
  base_url: 'https://guests.example.com',
  auth: { type: 'bearer' },
  tools: {
    add: {
      title: 'Add',
      description: 'Adds a guest.',
      risk: 'write',
      request: { method: 'POST', path: '/guests', body: 'json' },
      parameters: {
        guest: { type: 'string', required: true, 'x-privacy': 'pii' },
        table: { type: 'integer', required: true },
      },
      examples: [{ arguments: { guest: name, table: 7 }, response: { status: 200, body: { seated: name } } }],
    },
  },
} as const;

beforeAll(async () => {
  policies = join(mkdtempSync(join(tmpdir(), 'patchbay-erasure-')), 'policies.json');
  writeFileSync(policies, JSON.stringify({ tenants: { acme: { audit: { keep_personal: true } } } }));
  system = await startSystem({ variables: { executor: { PATCHBAY_TENANT_POLICIES_FILE: policies } } });
  await publish(system, guests);
}, 120_000);
afterAll(() => {
  if (policies !== undefined) rmSync(join(policies, '..'), { recursive: true });
});

const call = (endUser: string, key: string) =>
  system.agent.execute(
    'guests_add',
    { guest: endUser === other ? name : guest, table: 7 },
    { idempotencyKey: key, context: { session: `call-${key}`, end_user: endUser } },
  );

let calls = 0;

/** A call whose outcome is stored, with a token and what is kept: a machine that is busy may have had no key in time for others. */
async function keptCall(endUser: string): Promise<{ key: string; outcome: AuditEvent }> {
  for (;;) {
    const key = `call-${++calls}`;
    const { execution_id } = await call(endUser, key);
    const outcome = await vi.waitFor(async () => {
      const { events } = await system.admin.queryAudit({ execution_id, class: 'execution' });
      const found = events.find(({ data }) => data.outcome === 'succeeded');
      const named = events.every(({ data }) => data.actor.end_user !== unknownSubject);
      expect(events).toHaveLength(2);
      return named && found?.data.sealed !== undefined ? found : null;
    }, patient);
    if (outcome !== null) return { key, outcome };
  }
}

test('a person is exported, and erased so that nothing of them can be read anywhere, while the log still verifies', async () => {
  const { admin, stateDir } = system;
  await vi.waitFor(async () => expect(await call(ada, 'ready')).toMatchObject({ status: 'succeeded' }), patient);
  const { key, outcome } = await keptCall(ada);
  await keptCall('+1-555-010-2030');
  const { outcome: theirs } = await keptCall(other);
  const before = await admin.subjects.find(ada);
  const bystander = await admin.subjects.find(other);
  expect(before).toMatchObject({ canonical: `phone:+${digits}`, erased: [], has_key: true });

  // 1. The log has a token, and what the tenant wants kept sealed beside it.
  expect(outcome.data.sealed).toMatchObject({ subject: before.token });
  expect(outcome.data.sealed?.ciphertext).toBeUndefined();
  expect(JSON.stringify(await admin.queryAudit({ limit: 500 }))).not.toMatch(/Lovelace|0102030|010-2030|other-person/);
  expect(await admin.subjects.reveal(outcome.id)).toMatchObject({
    subject: before.token,
    personal: { arguments: { guest } },
  });

  // A call for them that waits.
  const waiting = await system.agent.submit(
    'guests_add',
    { guest, table: 8 },
    { delayMs: 3_600_000, expiresInMs: 7_200_000, context: { end_user: `phone:+${digits}` } },
  );

  // 2. Everything that is held comes out, and only theirs.
  const exported = await admin.subjects.export(ada);
  const kept = exported.events.filter(({ personal }) => personal !== null).length;
  expect(kept).toBeGreaterThanOrEqual(2);
  const executions = exported.held.filter(({ where }) => where === 'executions').length;
  expect(executions).toBeGreaterThanOrEqual(2);
  expect(exported.held.filter(({ where }) => where === 'submissions')).toMatchObject([
    { id: waiting.submission_id, record: { execute: { arguments: { guest } } } },
  ]);
  expect(JSON.stringify(exported)).toContain(guest);
  expect(JSON.stringify(exported)).not.toContain('other-person');

  // 3. Erased: a receipt, no key, another token.
  const root = readFileSync(join(findRoots(stateDir), 'subjects', 'acme', `${before.token}.root`));
  const { receipt, note } = await admin.subjects.erase(ada, { reason: 'ticket 4711' });
  expect(receipt).toMatchObject({ tokens: [before.token], keys_destroyed: 1, reason: 'ticket 4711' });
  expect(receipt.items).toContainEqual(expect.objectContaining({ where: 'audit_blobs', found: kept, erased: kept }));
  expect(receipt.items).toContainEqual(expect.objectContaining({ where: 'executions', erased: executions }));
  expect(receipt.items).toContainEqual(expect.objectContaining({ where: 'submissions', erased: 1 }));
  expect(receipt.items).toContainEqual(expect.objectContaining({ where: 'webhooks', erased: 0 }));
  expect(await system.agent.result(waiting.submission_id)).toMatchObject({
    state: 'done',
    result: { status: 'cancelled', error: { code: 'cancelled' } },
  });
  expect(receipt.items.find(({ where }) => where === 'audit log')).toMatchObject({
    found: exported.events.length,
    erased: 0,
  });
  expect(JSON.stringify(receipt)).not.toContain(digits);
  const { origin } = await admin.messaging.request(routes.readLogKey, {}, { tenant: 'acme' });
  const [first, second = ''] = note.split('\n');
  expect([first, JSON.parse(second)]).toEqual([`${origin}/erasures`, receipt]);
  expect(note).toContain(`\n\n— ${origin} `);
  await expect(admin.subjects.reveal(outcome.id)).rejects.toMatchObject({ code: 'not_found' });
  expect(await admin.subjects.reveal(theirs.id)).toMatchObject({ personal: { end_user: other } });
  const after = await admin.subjects.find(ada);
  expect(after).toMatchObject({ has_key: false, erased: [before.token] });
  expect(await admin.subjects.export(ada)).toMatchObject({ events: [], held: [] });

  // 4. Calls go on under another token, a repeat has no second effect, and the log verifies.
  expect(await call(ada, key)).toMatchObject({ status: 'succeeded', replayed: true, output: null });
  await keptCall(ada);
  expect((await admin.queryAudit({ end_user: after.token })).events.length).toBeGreaterThan(0);
  expect((await admin.queryAudit({ end_user: before.token })).events).toHaveLength(exported.events.length);
  expect(await admin.verifyAudit({ limit: 2_000 })).toMatchObject({ problem_count: 0 });

  // 5. Again: what came since goes too.
  const again = await admin.subjects.erase(ada);
  expect(again.receipt.tokens).toEqual([before.token, after.token]);
  await vi.waitFor(async () => {
    const { events } = await admin.queryAudit({ class: 'query', limit: 200 });
    const erasures = events.filter(({ type }) => type === 'dev.patchbay.subject.erased');
    expect(erasures.map(({ data }) => data.outcome)).toEqual(['succeeded', 'intent', 'succeeded', 'intent']);
  }, patient);

  // 6. Nothing of it is in any file: log, stream, row, key.
  const bystanderRoot = readFileSync(join(findRoots(stateDir), 'subjects', 'acme', `${bystander.token}.root`));
  expect(bystanderRoot).toHaveLength(32);
  await settled(system);
  const left = await scanForCanaries([stateDir], [`phone:+${digits}`, `+${digits}`, ada, '+1-555-010-2030', guest]);
  expect(left).toEqual([]);
  expect(filesWith(stateDir, root)).toEqual([]);
  await system.stop();
}, 180_000);

function findRoots(dir: string): string {
  for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true }))
    if (entry.isDirectory() && entry.name === 'subjects') return entry.parentPath;
  throw new Error('there are no roots');
}

function filesWith(dir: string, bytes: Buffer): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(bytes));
}

/** Whatever goes on after an answer is written. */
async function settled({ admin }: System): Promise<void> {
  await admin.messaging.request(routes.queryAudit, {}, { tenant: 'acme', limit: 1 });
}

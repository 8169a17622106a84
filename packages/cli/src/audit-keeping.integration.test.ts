import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

// Commands of docs/audit-export.md.
let here: Installation;
beforeAll(async () => {
  here = await startInstallation();
  await here.cli(['exec', 'slack_create_channel', 'name=audit', '--session', 'call-77', '--json']);
  await vi.waitFor(
    async () => expect(json(await audit('query', '--session', 'call-77', '--json')).events).toHaveLength(2),
    { timeout: 60_000, interval: 100 },
  );
}, 180_000);
afterAll(() => here?.stop());

const audit = (...argv: string[]) => here.cli(['audit', ...argv]);
const file = (name: string) => readFileSync(join(here.cwd, name), 'utf8');

describe('audit export', () => {
  test('writes what verifies offline, the same bytes each time, to a file and to standard output', async () => {
    const first = await audit('export', '--to-index', '4', '--out', 'first.jsonl', '--json');
    expect(json(first)).toMatchObject({ tenant: 'acme', from_index: 0, to_index: 4, file: 'first.jsonl' });
    const again = await audit('export', '--to-index', '4');
    expect(again.out).toBe(file('first.jsonl'));
    expect(again.err).toContain('exported  4 records (0 to 3)');
    const key = (await audit('checkpoint', '--public-key')).out.trim();
    const verified = await audit('verify', 'first.jsonl', '--key', key, '--json');
    expect(verified.code).toBe(0);
    const text = await audit('export', '--from', '1h', '--to', '2099-01-01', '--out', 'hour.jsonl');
    expect(text.out, text.err).toMatch(/^exported {2}\d+ records/);
    expect((await audit('verify', 'hour.jsonl', '--key', key)).code).toBe(0);
  });

  test('says what cannot be', async () => {
    expect(await audit('export', '--to-index', '999999', '--out', 'x')).toMatchObject({ code: 3 });
    for (const wrong of [['--json'], ['--from-index', '-1'], ['--to-storage', '--out', 'x'], ['--from', 'yesterday']])
      expect((await audit('export', ...wrong)).code).toBe(2);
    const stored = await audit('export', '--to-storage');
    expect([stored.code, stored.err]).toEqual([3, expect.stringContaining('PATCHBAY_AUDIT_EXPORTS')]);
    expect((await audit('exports')).out).toContain('There was none.');
  });
});

test('audit retention says how long events are kept, and takes what is past its time', async () => {
  expect((await audit('retention', 'show')).out).toMatch(/^CLASS +KEPT +BY\nexecution +no limit +no rule/);
  expect((await audit('retention', 'set', '730')).out).toContain('730 days');
  expect((await audit('retention', 'set', '30', '--class', 'egress')).code).toBe(0);
  expect((await audit('retention', 'set', 'none', '--class', 'credential')).out).toContain('kept without limit');
  expect((await audit('retention', 'set', '3000', '--all-tenants')).code).toBe(0);
  const shown = json(await audit('retention', 'show', '--json'));
  const days = Object.fromEntries(shown.effective.map((one: { class: string; days: number }) => [one.class, one.days]));
  expect(days).toMatchObject({ execution: 730, egress: 30, credential: null });
  expect((await audit('retention', 'show', '--all-tenants')).out).toMatch(/every +3000 d/);
  expect((await audit('retention', 'purge', '--dry-run')).out).toBe('0 events would lose their bodies.\n');
  expect(json(await audit('retention', 'purge', '--json'))).toEqual({ dry_run: false, purged: {}, held: 0 });

  const refused = await audit('retention', 'regime', 'hipaa');
  expect([refused.code, refused.err]).toEqual([3, expect.stringContaining('at least 2192 days (HIPAA)')]);
  await audit('retention', 'remove');
  await audit('retention', 'remove', '--class', 'egress');
  expect((await audit('retention', 'regime', 'hipaa')).out).toContain('acme  hipaa');
  expect((await audit('retention', 'set', '2191')).code).toBe(3);
  expect((await audit('retention', 'show')).out).toContain('Bound by hipaa.');
  expect((await audit('retention', 'regime', 'none')).code).toBe(0);
  for (const wrong of [
    ['set', '0'],
    ['set', 'many'],
    ['regime', 'soc2'],
  ])
    expect((await audit('retention', ...wrong)).code).toBe(2);
});

test('audit hold keeps events until somebody releases it', async () => {
  expect((await audit('hold', 'list')).out).toBe('There is no hold.\n');
  const placed = json(
    await audit('hold', 'place', '--class', 'execution', '--from', '2026-03-01', '--reason', 'Case 4711', '--json'),
  ).hold;
  expect((await audit('hold', 'list')).out).toMatch(/execution, from 2026-03-01T00:00 +Case 4711/);
  expect((await audit('hold', 'release', placed.id, '--reason', 'Settled')).out).toContain('released');
  expect(json(await audit('hold', 'list', '--released', '--json')).holds).toMatchObject([
    { id: placed.id, release_reason: 'Settled' },
  ]);
  expect((await audit('hold', 'release', 'hld_1', '--reason', 'x')).code).toBe(2);
  expect((await audit('hold', 'place')).code).toBe(2);
});

test('audit siem sends records where somebody says, its token in the vault alone', async () => {
  const url = 'https://siem.example.com/services/collector/event';
  const set = ['siem', 'set', 'splunk', url, '--format', 'splunk_hec', '--auth', 'splunk', '--token-file', '-'];
  const added = await here.cli(['audit', ...set, '--json'], { input: 'canary-hec-token\n' });
  expect(json(added)).toMatchObject({ created: true, sink: { has_token: true, settings: { auth: 'splunk' } } });
  expect((await audit('siem', 'pause', 'splunk')).out).toContain('paused');
  expect((await audit('siem', 'list')).out).toMatch(/splunk +paused +0/);
  expect((await audit('siem', 'set', 'splunk', url, '--class', 'execution', '--max-records', '100')).out).toContain(
    'changed',
  );
  expect((await audit('siem', 'resume', 'splunk')).code).toBe(0);
  expect((await audit('siem', 'remove', 'splunk')).code).toBe(0);
  expect((await audit('siem', 'list')).out).toBe('There is no sink.\n');
  expect((await audit('siem', 'list', '--installation')).out).toBe('There is no sink.\n');
  expect((await audit('siem', 'set', 'inside', 'http://10.0.0.1/')).code).toBe(3);
  for (const wrong of [
    ['set', 'Not a name', url],
    ['set', 'x', url, '--auth', 'basic'],
    ['set', 'x', url, '--class', 'weather'],
    ['pause', '-'],
  ])
    expect((await audit('siem', ...wrong)).code).toBe(2);
  expect((await audit('siem', 'remove', 'splunk')).code).toBe(3);
  const { out } = await audit('query', '--limit', '1000', '--json');
  expect(out).toContain('audit.sink_set');
  expect(out).not.toContain('canary');
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { directoryWith, type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

let here: Installation;
beforeAll(async () => {
  here = await startInstallation();
});
afterAll(() => here?.stop());

/** Tools that no vendor limits, so that every call may succeed. */
const times = { start: '2026-03-02T09:00:00-05:00', end: '2026-03-02T10:00:00-05:00' };
const tool = ['google_calendar_check_availability', ...Object.entries(times).map((pair) => pair.join('='))];
const short = ['--warmup', '0', '--calls', '40', '--duration', '60', '--deadline', '20000'];

test('a closed load over NATS makes its calls, says what they took, and writes the report as a page', async () => {
  const { code, out, err } = await here.cli(['load', ...tool, ...short, '--keys', '5', '--report', 'load.html']);
  expect([code, err]).toEqual([0, expect.stringContaining('load.html')]);
  expect(out).toMatch(
    /^40 calls over nats in .* by 8 callers, each one call after the other; ended by its number of calls/,
  );
  expect(out).toMatch(/from when made +40 /);
  const page = readFileSync(join(here.cwd, 'load.html'), 'utf8');
  expect(page).toContain('google_calendar_check_availability of tenant acme');
  expect(page.match(/<polyline/g)).toHaveLength(3);
});

test.for(['rest', 'mcp'])('over %s a key is made for the load, and is revoked when it ends', async (way) => {
  const mix = JSON.stringify([
    { tool: 'google_calendar_check_availability', arguments: times, weight: 3 },
    { tool: 'google_calendar_create_meeting', arguments: { title: 'Load {n}', ...times } },
  ]);
  const directory = directoryWith({ 'mix.json': mix });
  const argv = ['load', '--over', way, '--mix', join(directory, 'mix.json'), ...short, '--keys', 'new', '--json'];
  const result = await here.cli([...argv, '--expect-success', '100']);
  const report = json(result);
  expect([result.code, report.errors]).toEqual([0, {}]);
  expect(report.by_what.map(({ what, succeeded }: Record<string, unknown>) => [what, succeeded])).toEqual([
    ['google_calendar_check_availability', 30],
    ['google_calendar_create_meeting', 10],
  ]);
  expect(report).toMatchObject({ over: way, sandbox: true, keys: 'new', expectations: [{ got: 100, met: true }] });
  const keys = json(await here.cli(['keys', 'list', '--json']));
  const own = keys.keys.filter(({ name }: { name: string }) => name === 'patchbay load');
  expect(own.length).toBeGreaterThan(0);
  for (const key of own) expect(key.revoked_at).not.toBeNull();
});

test('webhooks of an open load are events each, sent to a source that is gone afterwards', async () => {
  const argv = ['load', '--over', 'webhooks', '--rate', '200', ...short, '--json', '--expect-p99', '0.001'];
  const result = await here.cli(argv);
  const report = json(result);
  expect(report.counts).toMatchObject({ made: 40, succeeded: 40 });
  expect(report.response_ms.count).toBe(40);
  // An expectation that cannot be met fails the command.
  expect([result.code, report.expectations[0].met]).toEqual([1, false]);
  expect(json(await here.cli(['webhooks', 'sources', 'list', '--json'])).sources).toEqual([]);
  const { events } = json(await here.cli(['webhooks', 'events', '--json', '--limit', '100']));
  expect(events.filter(({ type }: { type: string }) => type === 'payment_intent.succeeded')).toHaveLength(40);
});

test('a terminal shows the load as it goes, drawn over what it showed before', async () => {
  const interrupt = new AbortController();
  let drawings = 0;
  const { code, out, err } = await here.cli(['load', ...tool, '--warmup', '0', '--duration', '60'], {
    tty: true,
    interrupt: interrupt.signal,
    onNote: (text) => {
      drawings += Number(text.includes('calls a second'));
      if (drawings === 2) interrupt.abort();
    },
  });
  expect(code).toBe(0);
  expect(err).toContain('calls a second');
  // Up to where the drawing before began, and away with it.
  expect(err).toMatch(new RegExp(`${'\u001b'}\\[\\d+A${'\u001b'}\\[J`));
  expect(err).toContain('┤');
  expect(out).toContain('ended by being interrupted');
}, 60_000);

test('nothing is loaded that was not meant', async () => {
  const refused = async (argv: string[], env = {}) => {
    const { code, err } = await here.cli(['load', ...argv], { env });
    expect(code, err).toBe(2);
    return err;
  };
  expect(await refused([...tool, '--nats', 'nats://nats.example.com:4222'])).toContain('--target nats.example.com');
  expect(await refused([...tool, '--over', 'rest', '--gateway', 'https://api.example.com'])).toContain(
    '--target api.example.com',
  );
  // A way to this machine of which nobody knows what is behind it.
  expect(await refused([...tool, '--nats', 'nats://127.0.0.1:1'])).toContain('--real-upstreams');
  expect(await refused([...tool, '--target', 'api.example.com'])).toContain('is not where this load goes');
  expect(await refused([])).toContain('Name the tool');
  expect(await refused(['--over', 'webhooks', '--scheme', 'twilio'])).toContain('such as stripe');
  expect(await refused([...tool, '--duration', '3601'])).toContain('3600');
  expect(await refused([...tool, '--concurrency', '2000'])).toContain('1024');
  expect(await refused([...tool, '--report', 'load.pdf'])).toContain('.html');
});

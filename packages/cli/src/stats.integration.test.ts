import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

let here: Installation;
beforeAll(async () => {
  here = await startInstallation();
});
afterAll(() => here?.stop());

const call = (name: string) => here.cli(['exec', 'slack_create_channel', `name=${name}`]);

test('stats gathers every executor, and shows rates, errors and latencies by tool', async () => {
  await here.patchbay.addService('executor');
  for (let i = 0; i < 6; i++) expect((await call(`stats-${i}`)).code).toBe(0);
  await here.cli(['exec', 'slack_post_message', 'channel=C1', 'text=hi', '--deadline', '1']);
  const report = json(await here.cli(['stats', '--interval', '500', '--json']));
  expect(report.executors.map(({ instance }: { instance: string }) => instance)).toEqual(['executor-1', 'executor-2']);
  const row = report.tools.find(({ name }: { name: string }) => name === 'slack_create_channel');
  expect(row).toMatchObject({ count: 6, errors: {} });
  expect(row.p50_ms).toBeGreaterThan(0);
  expect(row.p95_ms).toBeGreaterThanOrEqual(row.p50_ms);
  const text = (await here.cli(['stats', '--interval', '500'])).out;
  expect(text).toMatch(/^2 executors, 0 in flight, 7 executions/);
  expect(text).toMatch(/slack_create_channel +6 /);
  expect(text).toMatch(/UPSTREAM[\s\S]*slack +\d/);
});

test('stats --watch tells one interval after the other until it is ended', async () => {
  const interrupt = new AbortController();
  let looks = 0;
  let calling: Promise<unknown> | null = null;
  const watched = await here.cli(['stats', '--watch', '--interval', '500', '--json'], {
    interrupt: interrupt.signal,
    onOutput: (out) => {
      looks = out.split('\n').length - 1;
      if (looks === 1) calling ??= call('watched');
      const counts = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).total.count as number);
      if (counts.includes(1) || looks > 20) interrupt.abort();
    },
  });
  await calling;
  const counts = watched.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).total.count as number);
  // What was before the first look is in no interval.
  expect(counts[0]).toBe(0);
  expect(counts.at(-1)).toBe(1);
}, 60_000);

test('stats says so when no executor answers, and takes no interval that is too short', async () => {
  expect((await here.cli(['stats', '--interval', '10'])).code).toBe(2);
  for (const service of here.patchbay.services.filter((one) => one.service === 'executor')) await service.stop();
  const { code, err } = await here.cli(['stats', '--interval', '500']);
  expect(code).not.toBe(0);
  expect(err).toContain('No executor answers.');
});

import { Command } from 'commander';
import { expect, test } from 'vitest';
import { UsageError } from '../failures.ts';
import { directoryWith } from '../running-patchbay.fixture.ts';
import { fakeIo } from './fake-io.test-support.ts';
import { readSubscription, type SubscriptionOptions, subscriptionOptions } from './subscription-options.ts';
import { readTarget, type TargetOptions, targetOptions } from './webhook-target.ts';

function parse(...argv: string[]): SubscriptionOptions & TargetOptions {
  const command = targetOptions(subscriptionOptions(new Command().exitOverride()));
  command.configureOutput({ writeErr: () => {}, outputError: () => {} });
  return command.parse(argv, { from: 'user' }).opts();
}
const fields = (...argv: string[]) => readSubscription(parse(...argv), fakeIo());
const target = (...argv: string[]) => readTarget(parse(...argv), fakeIo());

test('what is not named is left out, and none takes away', async () => {
  expect(await fields()).toEqual({});
  expect(
    await fields(
      ...['--source', 'none', '--filter', 'none', '--order-by', 'none'],
      ...['--rate', 'none', '--retry', 'none', '--expires', 'none'],
    ),
  ).toEqual({ source: null, filter: null, order_by: null, rate: null, retry: { schedule_ms: [] }, expires_at: null });
});

test('fields are read as people write them', async () => {
  const argv = ['--name', 'Orders', '--type', 'order.*', '--type', 'refund', '--concurrency', '2', '--rate', '0.5:3'];
  const filter = '{"all":[{"body":"paid","equals":true},{"not":{"header":"x-test","exists":true}}]}';
  expect(
    await fields(...argv, '--filter', filter, '--retry', '5s, 10m,2h', '--expires', '2026-12-24T18:00:00+01:00'),
  ).toEqual({
    name: 'Orders',
    types: ['order.*', 'refund'],
    concurrency: 2,
    rate: { per_second: 0.5, burst: 3 },
    filter: JSON.parse(filter),
    retry: { schedule_ms: [5_000, 600_000, 7_200_000] },
    expires_at: '2026-12-24T17:00:00.000Z',
  });
  expect(await fields('--rate', '10')).toEqual({ rate: { per_second: 10 } });
});

test.each([
  ['--rate', 'fast', '--rate takes deliveries a second'],
  ['--retry', '5', '--retry takes a time such as 30s'],
  ['--expires', 'tomorrow', '--expires takes a time'],
  ['--filter', '{"body":"paid"}', 'needs a test'],
  ['--filter', '[]', '--filter takes a JSON object'],
])('%s %s is refused with what is right', async (option, value, message) => {
  await expect(fields(option, value)).rejects.toThrow(UsageError);
  await expect(fields(option, value)).rejects.toThrow(message);
});

test('a source must be one', () => {
  expect(() => parse('--source', 'stripe')).toThrow('patchbay webhooks sources list');
});

test('targets of each kind', async () => {
  expect(await target()).toBeNull();
  expect(await target('--to-url', 'https://a.example/in?x=1', '--raw', '--header', 'x-shop=7')).toEqual({
    kind: 'http',
    url: 'https://a.example/in?x=1',
    headers: { 'x-shop': '7' },
    payload: 'raw',
  });
  expect(await target('--to-agents')).toEqual({ kind: 'nats' });
  expect(await target('--to-agents', 'orders')).toEqual({ kind: 'nats', subject_name: 'orders' });
  expect(await target('--to-session', 'call-7')).toEqual({ kind: 'session', session: 'call-7' });
  expect(await target('--to-tool', 'slack_post', '--arguments', '{"text":"{body.id}"}')).toEqual({
    kind: 'tool',
    tool: 'slack_post',
    arguments: { text: '{body.id}' },
  });
  const plan = JSON.stringify({ calls: [{ id: 'a', tool: 'slack_post', arguments: {} }] });
  const cwd = directoryWith({ 'plan.json': plan });
  const read = await readTarget(parse('--to-plan', '@plan.json'), fakeIo({ cwd }));
  expect(read).toMatchObject({ kind: 'plan', plan: { calls: [{ id: 'a', tool: 'slack_post' }] } });
});

test.each([
  [['--to-url', 'ftp://a.example'], '--to-url takes a URL'],
  [['--to-url', 'https://a.example', '--to-agents'], 'go to one place'],
  [['--to-agents', 'x', '--raw'], 'go with --to-url'],
  [['--to-agents', 'x', '--connection', 'con_1'], 'go with --to-tool'],
  [['--to-plan', '{"calls":1}'], '--to-plan takes a plan'],
])('%j is refused with what is right', async (argv, message) => {
  await expect(target(...argv)).rejects.toThrow(UsageError);
  await expect(target(...argv)).rejects.toThrow(message);
});

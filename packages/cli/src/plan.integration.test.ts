import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sandboxControl } from './demo/sandbox-control.ts';
import { directoryWith, type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

const example = fileURLToPath(new URL('../../../docs/examples/welcome-caller.json', import.meta.url));

let here: Installation;
beforeAll(async () => {
  here = await startInstallation();
});
afterAll(() => here?.stop());

const look = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  tool: 'slack_lookup_user',
  arguments: { email: 'spengler@ghostbusters.example.com' },
  ...more,
});

describe('plan', () => {
  test('makes the calls of the documented example, and shows each as it begins and ends', async () => {
    const { code, out, err } = await here.cli(['plan', example]);
    expect(code, out).toBe(0);
    expect(err).toMatch(/level 1 {2}colleague {2}begins/);
    expect(err).toMatch(/level 1 {2}caller {2}succeeded/);
    expect(err).toMatch(/level 2 {2}tell {2}succeeded/);
    expect(out).toMatch(/^CALL +TOOL +STATUS +BEGAN +TOOK +ANSWER\ncolleague +slack_lookup_user +succeeded/);
    expect(out).toMatch(/succeeded {2}4 calls: 4 succeeded\n +took +.*one after another it would have been/);
  });

  test('takes a plan from standard input, and prints one document with --json', async () => {
    const input = JSON.stringify({
      calls: [look('a'), look('b', { arguments: {} }), look('c', { depends_on: ['b'] })],
    });
    const result = await here.cli(['plan', '-', '--json', '--session', 'call-1', '--deadline', '4000'], { input });
    expect(result).toMatchObject({ code: 1, err: '' });
    expect(json(result)).toMatchObject({
      status: 'partial',
      counts: { succeeded: 1, refused: 1, skipped: 1 },
      results: [
        { id: 'a', status: 'succeeded' },
        { id: 'b', error: { code: 'invalid_arguments' } },
        { id: 'c', skipped: { reason: 'dependency', call: 'b' } },
      ],
    });
    const text = await here.cli(['plan', '-'], { input });
    expect(text.out).toMatch(/c +slack_lookup_user +skipped +'b' did not succeed/);
  });

  test('answers from the first time when it is repeated with its key', async () => {
    const key = ['--key', 'welcome-1'];
    expect((await here.cli(['plan', example, ...key])).code).toBe(0);
    expect((await here.cli(['plan', example, ...key])).out).toMatch(/tell +slack_post_message +succeeded.*stored: /);
  });

  test.each([
    ['no JSON', '{', 'is not JSON'],
    ['no plan', '{"calls":[{"id":"1","tool":"x"}]}', 'calls[0].id: expected a call id'],
  ])('says what is wrong with a file that is %s', async (_what, text, words) => {
    const cwd = directoryWith({ 'plan.json': text });
    const wrong = await here.cli(['plan', `${cwd}/plan.json`]);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain(words);
  });

  test('tells of a circle by name', async () => {
    const calls = [look('a', { depends_on: ['b'] }), look('b', { depends_on: ['a'] })];
    const refused = await here.cli(['plan', '-'], { input: JSON.stringify({ calls }) });
    expect(refused.code).toBe(3);
    expect(refused.out).toContain('a -> b -> a');
  });

  test('interrupted is cancelled, with nothing begun after', async () => {
    const { sandbox_url, sandbox_control_token } = here.patchbay.facts;
    const token = readFileSync(sandbox_control_token as string, 'utf8');
    const control = sandboxControl(sandbox_url as string, token);
    const arrived = async () => {
      const response = await fetch(`${sandbox_url}/_sandbox/requests?tool=slack_lookup_user`, {
        headers: { 'x-sandbox-token': token },
      });
      return ((await response.json()) as unknown[]).length;
    };
    const before = await arrived();
    const back = await control.behave({ tool: 'slack_lookup_user', do: { kind: 'delay', ms: 9_000 } });
    const person = new AbortController();
    const running = here.cli(['plan', '-', '--json'], {
      input: JSON.stringify({ calls: [look('a'), look('b', { depends_on: ['a'], on_error: 'continue' })] }),
      interrupt: person.signal,
    });
    await expect.poll(arrived, { timeout: 5_000 }).toBe(before + 1);
    person.abort();
    const result = await running;
    await back();
    expect(result.code).toBe(1);
    expect(json(result)).toMatchObject({
      status: 'cancelled',
      results: [{ status: 'cancelled' }, { started_ms: null }],
    });
  });
});

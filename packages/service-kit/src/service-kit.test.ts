import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  ConfigError,
  childTraceparent,
  createLogger,
  parseConfig,
  readBaseConfig,
  readKeyFile,
  readSecretFile,
  scrub,
  stopInOrder,
  traceIdOf,
} from './index.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'service-kit-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function secretFile(name: string, text: string, mode = 0o600): string {
  const path = join(dir, name);
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
}

describe('configuration', () => {
  const schema = z.object({ PATCHBAY_PORT: z.coerce.number().int(), PATCHBAY_NAME: z.string() });

  test('takes what the schema names', () => {
    expect(parseConfig(schema, { PATCHBAY_PORT: '1', PATCHBAY_NAME: 'a', OTHER: 'x' })).toEqual({
      PATCHBAY_PORT: 1,
      PATCHBAY_NAME: 'a',
    });
  });

  test('names every variable that is wrong or missing, and no value', () => {
    try {
      parseConfig(schema, { PATCHBAY_PORT: 'hunter2', PATCHBAY_NAME: '' });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as Error).message).toMatch(/PATCHBAY_PORT: [\s\S]*PATCHBAY_NAME: is not set/);
      expect((error as Error).message).not.toContain('hunter2');
    }
  });

  test('of every service is read from files that only it may read', () => {
    const env = {
      PATCHBAY_NATS_URLS: 'nats://a:1, nats://b:2',
      PATCHBAY_NKEY_SEED_FILE: secretFile('seed', 'SU123\n'),
      PATCHBAY_AUDIT_MAC_KEY_FILE: secretFile('mac', 'ab'.repeat(32)),
    };
    expect(readBaseConfig('vault', env)).toMatchObject({
      natsUrls: ['nats://a:1', 'nats://b:2'],
      nkeySeed: 'SU123',
      mode: 'production',
      logLevel: 'info',
      logFile: null,
      instance: `vault-${process.pid}`,
      auditMacKey: Buffer.alloc(32, 0xab),
    });
    expect(readBaseConfig('vault', { ...env, PATCHBAY_INSTANCE: 'vault-7' }).instance).toBe('vault-7');
  });

  test.each([
    ['missing', () => join(dir, 'nowhere'), /ENOENT/],
    ['empty', () => secretFile('empty', '\n'), /empty/],
    ['readable by others', () => secretFile('open', 'x', 0o644), /chmod 600/],
  ])('refuses a secret file that is %s', (_what, path, message) =>
    expect(() => readSecretFile(path())).toThrow(message),
  );

  test('refuses a key that is not 32 bytes of hex', () =>
    expect(() => readKeyFile(secretFile('short', 'abcd'))).toThrow(/64 hexadecimal/));
});

describe('logs', () => {
  const secret = 'canary-5f2e8c1a9b';

  test('hold no secret: not nested, not in another case, not in errors, causes, arrays or text', () => {
    const file = join(dir, 'scrub.log');
    const log = createLogger({ service: 'vault', instance: 'vault-1', logLevel: 'trace', logFile: file });
    log.info({ a: { b: { c: { Authorization: secret } } } }, 'nested');
    log.info({ list: [{ api_key: secret }, { apiKey: secret }, { 'API-KEY': secret }] });
    log.error(
      { err: new Error(`Bearer ${secret}`, { cause: new Error(`failed at redis://:${secret}@127.0.0.1`) }) },
      'error',
    );
    log.warn(`sent Basic ${secret} to nats://user:${secret}@host`);
    log.info({ text: `seed SU${'A'.repeat(56)}`, token: secret, bytes: Buffer.from(secret) });
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain(secret);
    expect(text).not.toContain('A'.repeat(56));
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toHaveLength(5);
    expect(JSON.parse(text.split('\n')[0] as string)).toMatchObject({
      level: 'info',
      service: 'vault',
      instance: 'vault-1',
      message: 'nested',
    });
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  test('are bounded in depth and length', () => {
    let deep: unknown = 'bottom';
    for (let i = 0; i < 20; i++) deep = { deep };
    expect(JSON.stringify(scrub(deep))).toContain('[deep]');
    expect((scrub('x'.repeat(10_000)) as string).length).toBeLessThan(4_100);
    expect(scrub(Array(500).fill(1))).toHaveLength(100);
  });

  test('keep what helps', () => {
    expect(scrub({ count: 1, none: null, yes: true, tool: 'slack_post_message' })).toEqual({
      count: 1,
      none: null,
      yes: true,
      tool: 'slack_post_message',
    });
    expect(scrub(Object.assign(new Error('m'), { code: 'ECONNRESET' }))).toMatchObject({
      type: 'Error',
      message: 'm',
      code: 'ECONNRESET',
    });
  });
});

describe('stopping in order', () => {
  test('runs every step once, also after a failure, which is thrown at the end', async () => {
    const done: number[] = [];
    const stop = stopInOrder([
      () => done.push(1),
      async () => {
        throw new Error('two');
      },
      async () => done.push(3),
    ]);
    const first = stop();
    await expect(first).rejects.toThrow('two');
    await expect(stop()).rejects.toThrow('two');
    expect(done).toEqual([1, 3]);
  });
});

describe('trace context', () => {
  const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  test('continues the trace with a span of its own', () => {
    const child = childTraceparent(parent);
    expect(child).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(child).not.toBe(parent);
    expect(traceIdOf(child)).toBe('0af7651916cd43dd8448eb211c80319c');
  });
  test('never repeats a span, also past what was drawn ahead', () => {
    expect(new Set(Array.from({ length: 3_000 }, () => childTraceparent(parent))).size).toBe(3_000);
  });
  test.each([
    null,
    '',
    'x',
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    `${parent}-more`,
    'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  ])('starts a new trace for %j', (text) => {
    expect(childTraceparent(text)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(traceIdOf(text)).toBeNull();
  });
});

describe('a service as a process', () => {
  /** Runs a program that uses runMain, in a real process. */
  function run(body: string) {
    const file = join(dir, `${Math.random().toString(36).slice(2)}.ts`);
    writeFileSync(
      file,
      `import { runMain, ConfigError } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};\n${body}`,
    );
    const child = fork(file, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
    let stderr = '';
    child.stderr?.on('data', (data) => {
      stderr += data;
    });
    const exit = once(child, 'exit').then(([code]) => ({ code, stderr }));
    return { child, exit };
  }
  const service = (stop: string) =>
    `await runMain(async () => ({ name: 'x', stop: async () => { ${stop} } }));\nsetInterval(() => {}, 1000);`;

  test.each(['SIGTERM', 'SIGINT'] as const)('says when it is ready, and drains on %s', async (signal) => {
    const { child, exit } = run(service("process.stderr.write('drained')"));
    expect((await once(child, 'message'))[0]).toEqual({ ready: 'x' });
    child.kill(signal);
    expect(await exit).toEqual({ code: 0, stderr: 'drained' });
  });

  test('ends at once on a second signal', async () => {
    const { child, exit } = run(service('await new Promise(() => {})'));
    await once(child, 'message');
    child.kill('SIGTERM');
    const resend = setInterval(() => child.kill('SIGTERM'), 20);
    expect((await exit).code).toBe(1);
    clearInterval(resend);
  });

  test('ends with EX_CONFIG and the reason when its configuration is wrong', async () => {
    const { exit } = run("await runMain(async () => { throw new ConfigError('PATCHBAY_X: is not set'); });");
    expect(await exit).toEqual({ code: 78, stderr: 'PATCHBAY_X: is not set\n' });
  });

  test('ends with 1 when it cannot start or cannot stop', async () => {
    expect((await run("await runMain(async () => { throw new Error('no database'); });").exit).code).toBe(1);
    const { child, exit } = run(service("throw new Error('stuck')"));
    await once(child, 'message');
    child.kill('SIGTERM');
    expect(await exit).toEqual({ code: 1, stderr: 'Error: stuck\n' });
  });

  test('ends after an exception nobody caught', async () => {
    const { exit } = run(`${service('')}\nsetTimeout(() => { throw new Error('defect'); }, 10);`);
    expect(await exit).toEqual({ code: 70, stderr: 'Error: defect\n' });
  });
});

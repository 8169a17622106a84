import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger, scrub } from './index.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'service-kit-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

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

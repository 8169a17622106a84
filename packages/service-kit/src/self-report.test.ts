import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ServiceReport } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { redisReport } from './redis-report.ts';
import { openFiles, selfReport } from './self-report.ts';

const config = { instance: 'registry-1', mode: 'production', auditSpool: null } as const;

test('a report follows its contract, and what the service says of itself stands in it', async () => {
  const { report } = await selfReport(config, () => ({ diverted: true, key_service: 'aws-kms' }))();
  expect(ServiceReport.parse(report)).toEqual(report);
  expect(report).toMatchObject({
    instance: 'registry-1',
    mode: 'production',
    audit_spool: false,
    diverted: true,
    key_service: 'aws-kms',
  });
  expect(Math.abs(Date.parse(report.time) - Date.now())).toBeLessThan(60_000);
});

test('the descriptors are those that the process was given', () => {
  const module = fileURLToPath(new URL('./self-report.ts', import.meta.url));
  const script = `import(${JSON.stringify(module)}).then((m) => console.log(JSON.stringify(m.openFiles())))`;
  const limited = execFileSync('prlimit', ['--nofile=300:300', process.execPath, '-e', script], { encoding: 'utf8' });
  expect(JSON.parse(limited).limit).toBe(300);
  expect(openFiles().used).toBeGreaterThan(3);
});

test('of Redis what it does when it is full is read, and one that fails or hangs does not answer', async () => {
  const info = '# Memory\r\nused_memory:1024\r\nmaxmemory:2048\r\nmaxmemory_policy:volatile-lru\r\n';
  expect(await redisReport(async () => info)).toEqual({
    answers: true,
    eviction: 'volatile-lru',
    used_bytes: 1_024,
    limit_bytes: 2_048,
  });
  expect(await redisReport(async () => 'maxmemory:0\r\n')).toMatchObject({ eviction: null, limit_bytes: null });
  const away = { answers: false, eviction: null, used_bytes: null, limit_bytes: null };
  expect(await redisReport(() => Promise.reject(new Error('refused')))).toEqual(away);
  expect(await redisReport(() => new Promise(() => {}))).toEqual(away);
});

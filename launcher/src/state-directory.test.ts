import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type DevFacts,
  openStateDirectory,
  removeDevFacts,
  runningPid,
  writeDevFacts,
  writeSecret,
} from './state-directory.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'launcher-state-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;
const facts: DevFacts = {
  nats_url: 'nats://127.0.0.1:4222',
  tenant: 'demo',
  agent_credentials: '/keys/agent',
  admin_credentials: '/keys/admin',
  auditor_credentials: '/keys/auditor',
  gateway_url: 'http://127.0.0.1:7700',
  operator_key: '/keys/operator.key',
  webhooks_url: 'http://127.0.0.1:7720',
  sandbox_url: null,
  sandbox_control_token: null,
  pid: process.pid,
  started_at: '2026-01-01T00:00:00.000Z',
  shape: 'one_process',
  executors: 1,
};

describe('the state directory', () => {
  test('lets nobody else in, also when it was there before', () => {
    const path = join(root, 'deep', 'state');
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o755);
    const state = openStateDirectory(path);
    for (const folder of [path, state.logs, state.run]) expect(modeOf(folder)).toBe(0o700);
  });

  test('keeps secrets for this user alone', () => {
    const state = openStateDirectory(root);
    const path = writeSecret(state, 'redis.url', 'redis://:hunter2@127.0.0.1');
    expect(modeOf(path)).toBe(0o600);
    chmodSync(path, 0o644);
    writeSecret(state, 'redis.url', 'again');
    expect([modeOf(path), readFileSync(path, 'utf8')]).toEqual([0o600, 'again']);
  });

  test('holds the facts whole, for this user alone, until they are removed', () => {
    const state = openStateDirectory(root);
    writeDevFacts(state, { ...facts, tenant: 'old' });
    writeDevFacts(state, facts);
    const path = join(root, 'dev.json');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(facts);
    expect(modeOf(path)).toBe(0o600);
    expect(readdirSync(root).filter((name) => name.startsWith('dev.json'))).toEqual(['dev.json']);
    removeDevFacts(state);
    expect(existsSync(path)).toBe(false);
    removeDevFacts(state);
  });
});

describe('the process that runs on a state', () => {
  test('is found while it lives', async () => {
    const state = openStateDirectory(root);
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    writeDevFacts(state, { ...facts, pid: child.pid as number });
    expect(runningPid(state)).toBe(child.pid);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(runningPid(state)).toBeNull();
  });

  test('is none without facts, with facts that cannot be read, and when it is this one', () => {
    const state = openStateDirectory(root);
    expect(runningPid(state)).toBeNull();
    writeFileSync(join(root, 'dev.json'), '{');
    expect(runningPid(state)).toBeNull();
    writeDevFacts(state, facts);
    expect(runningPid(state)).toBeNull();
  });
});

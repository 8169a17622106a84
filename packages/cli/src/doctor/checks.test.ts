import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allChecks } from './all-checks.ts';
import { judgeSpace } from './checks/disk-space.ts';
import { durablesInStep } from './checks/durables-in-step.ts';
import { judgeNatsVersion } from './checks/nats-version.ts';
import { judge as judgeNode } from './checks/node-version.ts';
import type { Examination } from './examination.ts';
import { isLoopback } from './loopback.ts';
import { renderDoctorDocs } from './render-doctor-docs.ts';

test.each([
  ['2.9.10', 'fail'],
  ['2.10.0', 'warn'],
  ['2.11.9', 'warn'],
  ['2.12.11', 'warn'],
  ['2.12.12', 'ok'],
  ['2.13.0', 'warn'],
  ['2.14.2', 'warn'],
  ['2.14.3', 'ok'],
  ['2.14.3-RC.1', 'ok'],
  ['2.15.1', 'ok'],
  ['3.0.0', 'ok'],
])('nats-server %s is %s', (version, status) => {
  expect(judgeNatsVersion(version, 'here').status).toBe(status);
});

test('a floor is named that the line can reach', () => {
  expect(judgeNatsVersion('2.12.3', 'here').fix).toContain('2.12.12');
  expect(judgeNatsVersion('2.13.0', 'here').fix).toContain('2.14.3');
});

test.each([
  ['20.19.0', 'fail'],
  ['24.0.0', 'ok'],
  ['26.10.0', 'ok'],
])('Node.js %s is %s', (version, status) => {
  expect(judgeNode(version).status).toBe(status);
});

test.each([
  [2 ** 31, 'ok'],
  [2 ** 29, 'warn'],
  [2 ** 26, 'fail'],
])('%d bytes free are %s', (bytes, status) => {
  expect(judgeSpace(bytes, '/data').status).toBe(status);
});

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['::1', true],
  ['[::1]', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['127.evil.example', false],
])('%s is the loopback: %s', (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback);
});

test('a reader that is ahead of its stream is named, with where both are', async () => {
  const streams = [
    { name: 'AUDIT', last: 9, readersAhead: [] },
    { name: 'SUBMISSIONS', last: 4, readersAhead: [{ name: 'executor', delivered: 7 }] },
  ];
  const examination = { servers: async () => ({ streams }) } as unknown as Examination;
  expect(await durablesInStep.look(examination)).toMatchObject([
    { status: 'fail', message: 'ahead: executor at 7 of SUBMISSIONS, whose last is 4' },
  ]);
});

test('docs/doctor.md is what the checks say', () => {
  const page = readFileSync(new URL('../../../../docs/doctor.md', import.meta.url), 'utf8');
  expect(page).toBe(renderDoctorDocs());
});

test('each check has an id of its own, and says what is wrong and what to do', () => {
  expect(new Set(allChecks.map(({ id }) => id)).size).toBe(allChecks.length);
  for (const { id, title, means, fix } of allChecks) {
    expect(id).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    expect(title).not.toMatch(/\.$/);
    expect(means).toMatch(/\.$/);
    expect(fix.length).toBeGreaterThan(5);
  }
});

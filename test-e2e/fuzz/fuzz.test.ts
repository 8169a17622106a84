import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fuzzRequest } from './fuzz-request.ts';
import { judge } from './judge.ts';
import { randomOf } from './random.ts';
import { runFuzz } from './run-fuzz.ts';
import type { FuzzAnswer } from './send-request.ts';
import { type FuzzStage, startFuzzStage } from './stage.ts';
import { stringOfPattern } from './string-of-pattern.ts';

let stage: FuzzStage;
const dir = mkdtempSync(join(tmpdir(), 'patchbay-fuzz-'));
beforeAll(async () => {
  stage = await startFuzzStage(dir);
}, 120_000);
afterAll(async () => {
  await stage?.stop();
  rmSync(dir, { recursive: true, force: true });
});

// Before the others: they remove things.
test('a tenant’s own key is told its mark, so that looking for it elsewhere means something', async () => {
  for (const tenant of ['acme', 'rival']) {
    const { key } = stage.visitors.find(({ name }) => name === `owner of ${tenant}`) ?? {};
    for (const path of [
      '/v1/keys',
      '/v1/connections',
      '/v1/webhooks/sources',
      '/v1/webhooks/subscriptions',
      '/v1/executions',
      '/v1/audit/events',
      '/v1/toolsets',
      '/v1/analytics?group_by=session',
    ]) {
      // What the audit log tells comes a moment later.
      await vi.waitFor(async () => {
        const answer = await fetch(`${stage.url}${path}`, { headers: { authorization: `Bearer ${key}` } });
        expect([path, await answer.text()]).toEqual([path, expect.stringContaining(`${tenant}-mark-`)]);
      });
    }
  }
});

test('requests made up from the OpenAPI document bring no 5xx, no hang and no data of another tenant', {
  timeout: 240_000,
}, async () => {
  const failures: unknown[] = [];
  const report = await runFuzz({
    ...stage,
    seed: 7,
    first: 0,
    requests: 1_500,
    concurrency: 8,
    hangMs: 60_000,
    onFailure: ({ what, request, answer }) =>
      failures.push([what, request.index, request.operation, request.broken, answer]),
  });
  expect(failures).toEqual([]);
  expect(report.requests).toBe(1_500);
  // It came further than the door: most operations did something for somebody.
  expect(report.operations.asked).toBe(report.operations.described);
  expect(report.operations.served).toBeGreaterThan(report.operations.described * 0.5);
  expect(report.visitors.nobody?.served).toBe(0);
  expect(report.visitors['a key that ended']?.served).toBe(0);
});

describe('the same seed and number', () => {
  test('make the same request, and others make others', () => {
    const made = (seed: number, index: number) => JSON.stringify(fuzzRequest({ ...stage, seed }, index));
    expect(made(7, 31)).toBe(made(7, 31));
    expect(new Set(Array.from({ length: 200 }, (_, i) => made(7, i))).size).toBeGreaterThan(190);
    expect(made(7, 31)).not.toBe(made(8, 31));
  });
});

describe('the verdict on an answer', () => {
  const request = {
    index: 0,
    visitor: 'a',
    operation: 'listTools',
    method: 'GET',
    target: '/',
    headers: [],
    body: null,
    broken: [],
  };
  const answer = (status: number, body: object, type = 'application/problem+json'): FuzzAnswer => ({
    kind: 'answer',
    status,
    type,
    head: '',
    body: JSON.stringify(body),
    ms: 1,
  });
  const visitor = { name: 'a', key: 'k', tenant: 'acme', weight: 1 };
  const marks = [{ tenant: 'rival', text: 'rival-mark' }];
  const of = (one: FuzzAnswer, who = visitor) => judge(request, one, who, marks);

  test.each([
    [answer(200, { items: [] }, 'application/json'), null],
    [answer(400, { code: 'invalid_request' }), null],
    [answer(503, { code: 'overloaded' }), null],
    [answer(502, { code: 'upstream_error' }), null],
    [answer(500, { code: 'internal' }), '500 internal'],
    [answer(503, { code: 'audit_unavailable' }), '503 audit_unavailable'],
    [answer(502, {}), '502 no problem document'],
    [answer(404, {}), '404 that is no problem document'],
    [answer(404, { code: 'not_found' }, 'text/html'), '404 of type text/html'],
    [answer(200, { label: 'rival-mark 1' }, 'application/json'), 'cross-tenant read: data of rival told to a'],
    [{ kind: 'hang', ms: 1 } as const, 'hang: no answer in time'],
    [{ kind: 'dropped', why: 'ECONNRESET', ms: 1 } as const, 'dropped: ECONNRESET'],
  ])('%j: %s', (one, failure) => expect(of(one).failure).toBe(failure));

  test('lets whoever may see a mark see it', () => {
    expect(of(answer(200, { label: 'rival-mark' }), { ...visitor, tenant: 'rival' }).failure).toBeNull();
  });
});

test.each([
  '^con_[0-9A-HJKMNP-TV-Z]{26}$',
  '^[a-z][a-z0-9_]{0,39}$',
  '^(0|[1-9]\\d{0,5})\\.(0|[1-9]\\d{0,5})\\.(0|[1-9]\\d{0,5})$',
  '^https?:\\/\\/[^\\s?#]+$',
  '^(?:\\*\\.)?[a-z0-9-]+(?:\\.[a-z0-9-]+)+(?::\\d{1,5})?$',
])('texts of %s are taken by it', (pattern) => {
  const random = randomOf(1);
  for (let i = 0; i < 50; i++) expect(stringOfPattern(pattern, random)).toMatch(new RegExp(pattern));
});

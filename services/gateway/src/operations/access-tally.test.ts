import { everyTenant, platformScope } from '@patchbay/contracts';
import type { Principal } from '@patchbay/identity';
import { beforeEach, describe, expect, test } from 'vitest';
import { AccessTally, type RefusedSignIn } from './access-tally.ts';

const start = Date.parse('2026-11-30T08:00:00Z');
const minute = 60_000;
const at = (ms: number) => new Date(start + ms).toISOString();
const somebody = (over: Partial<Principal> = {}): Principal => ({
  kind: 'key',
  id: 'key_01JD0000000000000000000000',
  tenant: 'acme',
  role: 'agent',
  scopes: new Set(),
  agent: null,
  session: null,
  ...over,
});
const wrong: RefusedSignIn = { door: 'http', tenant: 'acme', key: somebody().id, reason: 'wrong_secret' };

let now = start;
let tally: AccessTally;
beforeEach(() => {
  now = start;
  tally = new AccessTally(() => now);
});

describe('who comes in', () => {
  test('is told at the first use by a door, and then every 15 minutes how often', () => {
    tally.signedIn(somebody(), 'http');
    tally.signedIn(somebody(), 'http');
    tally.signedIn(somebody({ session: 'ses-1' }), 'mcp');
    expect(tally.take()).toMatchObject([
      { tenant: 'acme', act: 'signed_in', data: { actor: { kind: 'key' }, facts: { door: 'http', count: 2 } } },
      { data: { actor: { session: 'ses-1' }, facts: { door: 'mcp', count: 1 } } },
    ]);
    now += minute;
    tally.signedIn(somebody(), 'http');
    expect(tally.take()).toEqual([]);
    now += 14 * minute;
    tally.signedIn(somebody(), 'http');
    expect(tally.take()).toMatchObject([{ data: { facts: { count: 2, first: at(minute), last: at(15 * minute) } } }]);
    // Nobody came for as long: the next use is a first one again.
    now += 15 * minute;
    expect(tally.take()).toEqual([]);
    tally.signedIn(somebody(), 'http');
    expect(tally.take()).toMatchObject([{ data: { facts: { count: 1 } } }]);
  });

  test('is told of for every tenant where it is the platform, and as a person where it is one', () => {
    tally.signedIn(somebody({ tenant: platformScope }), 'http');
    tally.signedIn(somebody({ kind: 'jwt', id: 'ada' }), 'live');
    expect(tally.take()).toMatchObject([
      { tenant: everyTenant },
      { tenant: 'acme', data: { actor: { kind: 'user', id: 'ada' }, target: { kind: 'user', id: 'ada' } } },
    ]);
  });

  test('is told at the end, however young the count', () => {
    tally.signedIn(somebody(), 'http');
    tally.take();
    tally.signedIn(somebody(), 'http');
    expect(tally.takeAll()).toMatchObject([{ data: { facts: { count: 1 } } }]);
  });

  test('does not grow without an end', () => {
    for (let i = 0; i < 10_050; i++) tally.signedIn(somebody({ kind: 'jwt', id: `u${i}` }), 'http');
    expect(tally.take()).toHaveLength(10_000);
  });
});

describe('who does not', () => {
  test('is counted by door, tenant, key and reason', () => {
    for (let i = 0; i < 1_000; i++) {
      now = start + i;
      tally.signInRefused(wrong);
    }
    tally.signInRefused({ door: 'nats', tenant: null, key: null, reason: 'unknown_key' });
    expect(tally.take()).toEqual([
      {
        tenant: 'acme',
        act: 'sign_in_refused',
        data: {
          actor: null,
          target: { kind: 'api_key', id: wrong.key },
          outcome: 'refused',
          error_code: 'not_authenticated',
          facts: { door: 'http', reason: 'wrong_secret', count: 1_000, first: at(0), last: at(999) },
        },
      },
      expect.objectContaining({
        tenant: everyTenant,
        data: expect.objectContaining({ target: { kind: 'credential', id: 'unknown' } }),
      }),
    ]);
    expect(tally.take()).toEqual([]);
  });

  test('makes no more than 200 kinds and a rest, whatever is tried', () => {
    for (let i = 0; i < 5_000; i++) tally.signInRefused({ ...wrong, key: `key_${i}` });
    const told = tally.take();
    expect(told).toHaveLength(201);
    expect(told.at(-1)).toMatchObject({ tenant: everyTenant, data: { facts: { reason: 'many_kinds', count: 4_800 } } });
  });

  test('is named where it is known and may not', () => {
    tally.accessRefused({ principal: somebody(), tenant: null, operation: 'createKey' });
    tally.accessRefused({ principal: somebody(), tenant: null, operation: 'createKey' });
    tally.accessRefused({ principal: somebody({ tenant: platformScope }), tenant: null, operation: 'graphql keys' });
    expect(tally.take()).toMatchObject([
      { tenant: 'acme', act: 'access_refused', data: { target: { id: 'createKey' }, facts: { count: 2 } } },
      { tenant: everyTenant, data: { error_code: 'not_permitted', target: { id: 'graphql keys' } } },
    ]);
  });
});

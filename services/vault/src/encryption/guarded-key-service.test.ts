import { PatchbayError } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { guardKeyService } from './guarded-key-service.ts';
import type { KeyService } from './key-service.ts';

const name = { tenant: 'acme', version: 1 };
const away = { code: 'vault_unavailable', retryable: true, reason: 'key_service' };

/** A guard over a key service that is as `state.mood` says, on a clock that the test moves. */
function guarded() {
  const state = { mood: 'well' as 'well' | 'away' | 'refusing', nowMs: 1_000, calls: 0 };
  const reports: string[] = [];
  async function answer<Answer>(answered: Answer): Promise<Answer> {
    state.calls++;
    const { mood } = state;
    await Promise.resolve();
    if (mood === 'away') throw new PatchbayError('vault_unavailable', { details: { reason: 'key_service' } });
    if (mood === 'refusing')
      throw new PatchbayError('vault_unavailable', { retryable: false, details: { reason: 'tenant_key' } });
    return answered;
  }
  const bytes = new Uint8Array(32);
  const keyService: KeyService = {
    provider: 'test',
    keyId: 'test:1',
    generateTenantKey: () => answer({ key: bytes, wrapped: bytes }),
    unwrap: () => answer(bytes),
    rewrap: () => answer(bytes),
    close: () => {},
  };
  const guard = guardKeyService(keyService, {
    report: (_level, message) => void reports.push(message),
    nowMs: () => state.nowMs,
  });
  const ask = () => failureOf(guard.unwrap(bytes, name));
  async function fail(times: number): Promise<void> {
    state.mood = 'away';
    for (let i = 0; i < times; i++) expect(await ask()).toEqual(away);
  }
  return { state, reports, guard, ask, fail };
}

describe('guardKeyService', () => {
  it('lets every call through while it is answered, also a few that are not', async () => {
    const { state, ask, fail, reports } = guarded();
    for (let round = 0; round < 3; round++) {
      await fail(4);
      state.mood = 'well';
      expect(await ask()).toBeNull();
    }
    expect(state.calls).toBe(15);
    expect(reports).toEqual([]);
  });

  it('refuses at once after five in a row, saying when to come again, and tells the operator once', async () => {
    const { state, guard, ask, fail, reports } = guarded();
    await fail(5);
    for (let i = 0; i < 20; i++) expect(await ask()).toEqual(away);
    expect(await failureOf(guard.generateTenantKey(name))).toEqual(away);
    expect(await failureOf(guard.rewrap(new Uint8Array(), name, ''))).toEqual(away);
    expect(state.calls).toBe(5);
    expect(reports).toEqual([expect.stringContaining('does not answer')]);
    const error = await guard.unwrap(new Uint8Array(), name).catch((reason: unknown) => reason);
    expect((error as PatchbayError).body.retry_after_ms).toBe(500);
  });

  it('asks one question at a time whether it is back, less and less often', async () => {
    const { state, ask, fail } = guarded();
    await fail(5);
    const askedAt: number[] = [];
    for (let ms = 0; ms < 60_000; ms += 50) {
      state.nowMs = 1_000 + ms;
      const before = state.calls;
      await Promise.all(Array.from({ length: 10 }, ask));
      expect(state.calls - before).toBeLessThanOrEqual(1);
      if (state.calls > before) askedAt.push(ms);
    }
    expect(askedAt.slice(0, 5)).toEqual([500, 1_500, 3_500, 5_500, 7_500]);
    expect(state.calls).toBeLessThan(40);
  });

  it('lets everything through again once one question was answered', async () => {
    const { state, ask, fail, reports } = guarded();
    await fail(5);
    state.mood = 'well';
    expect(await ask()).toEqual(away);
    state.nowMs += 500;
    expect(await ask()).toBeNull();
    expect(await Promise.all(Array.from({ length: 10 }, ask))).toEqual(Array(10).fill(null));
    expect(reports).toHaveLength(2);
    await fail(4);
    expect(state.calls).toBe(5 + 1 + 10 + 4);
  });

  it('takes a refusal for an answer', async () => {
    const { state, ask, fail } = guarded();
    await fail(4);
    state.mood = 'refusing';
    expect(await ask()).toMatchObject({ retryable: false, reason: 'tenant_key' });
    await fail(4);
    expect(state.calls).toBe(9);
    state.mood = 'well';
    expect(await ask()).toBeNull();
  });

  it('does not wait longer for what set out before it counted as away', async () => {
    const { state, ask } = guarded();
    state.mood = 'away';
    await Promise.all(Array.from({ length: 50 }, ask));
    expect(state.calls).toBe(50);
    state.nowMs += 500;
    state.mood = 'well';
    expect(await ask()).toBeNull();
  });
});

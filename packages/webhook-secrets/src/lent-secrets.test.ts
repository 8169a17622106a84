import { maxSecretLifeMs, PatchbayError } from '@patchbay/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Lent, LentSecrets } from './lent-secrets.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A vault that counts questions; each answer has one secret more. */
function vault() {
  const asked: string[] = [];
  const ask = async (): Promise<Lent> => {
    asked.push('');
    return new Map(asked.map((_, i) => [`sec_${i + 1}`, `value ${asked.length}`]));
  };
  return { asked, ask };
}

describe('lent secrets', () => {
  it('are asked for once by whoever wants them at the same time, and kept apart by owner', async () => {
    const [lent, { asked, ask }] = [new LentSecrets(), vault()];
    const all = await Promise.all(Array.from({ length: 20 }, () => lent.get('acme a', [], ask)));
    expect(new Set(all).size).toBe(1);
    await lent.get('acme a', [], ask);
    expect(asked).toHaveLength(1);
    await lent.get('acme b', [], ask);
    expect(asked).toHaveLength(2);
  });

  it('are gone from memory a minute after they were asked for, though nobody looks, and however long the answer took', async () => {
    const lent = new LentSecrets();
    const answer = Promise.withResolvers<Lent>();
    const got = lent.get('acme a', [], () => answer.promise);
    await vi.advanceTimersByTimeAsync(5_000);
    answer.resolve(new Map([['sec_1', 'value']]));
    await got;
    await vi.advanceTimersByTimeAsync(maxSecretLifeMs - 5_001);
    expect(lent.size).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(lent.size).toBe(0);
  });

  it('that took longer than a minute to come are not held', async () => {
    const lent = new LentSecrets();
    const answer = Promise.withResolvers<Lent>();
    const got = lent.get('acme a', [], () => answer.promise);
    await vi.advanceTimersByTimeAsync(maxSecretLifeMs + 1);
    answer.resolve(new Map());
    await got;
    expect(lent.size).toBe(0);
  });

  it('are renewed while they are used, and those in hand serve meanwhile', async () => {
    const [lent, { asked, ask }] = [new LentSecrets(), vault()];
    await lent.get('acme a', [], ask);
    await vi.advanceTimersByTimeAsync(0.7 * maxSecretLifeMs);
    expect((await lent.get('acme a', [], ask)).get('sec_1')).toBe('value 1');
    await vi.advanceTimersByTimeAsync(1);
    expect((await lent.get('acme a', [], ask)).get('sec_1')).toBe('value 2');
    expect(asked).toHaveLength(2);
    // The timer of those before takes nothing of these.
    await vi.advanceTimersByTimeAsync(0.5 * maxSecretLifeMs);
    expect(lent.size).toBe(1);
  });

  it('are good until their end while the vault is away, and then it is asked, and heard', async () => {
    const lent = new LentSecrets();
    const away = async (): Promise<Lent> => {
      throw new PatchbayError('vault_unavailable');
    };
    await lent.get('acme a', [], async () => new Map([['sec_1', 'value']]));
    await vi.advanceTimersByTimeAsync(maxSecretLifeMs - 1);
    expect((await lent.get('acme a', [], away)).get('sec_1')).toBe('value');
    await vi.advanceTimersByTimeAsync(1);
    await expect(lent.get('acme a', [], away)).rejects.toMatchObject({ code: 'vault_unavailable' });
    await lent.get('acme a', [], async () => new Map());
    expect(lent.size).toBe(1);
  });

  it('are forgotten when the vault refuses them for good', async () => {
    const lent = new LentSecrets();
    await lent.get('acme a', [], async () => new Map([['sec_1', 'value']]));
    await vi.advanceTimersByTimeAsync(0.7 * maxSecretLifeMs);
    await lent.get('acme a', [], async () => {
      throw new PatchbayError('vault_unavailable', { retryable: false, details: { reason: 'erased' } });
    });
    await vi.advanceTimersByTimeAsync(1);
    expect(lent.size).toBe(0);
  });

  it('are asked for anew when one is wanted that is not among them, at most once a second', async () => {
    const [lent, { asked, ask }] = [new LentSecrets(), vault()];
    await lent.get('acme a', ['sec_1'], ask);
    expect((await lent.get('acme a', ['sec_2'], ask)).has('sec_2')).toBe(false);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_001);
    expect((await lent.get('acme a', ['sec_1', 'sec_2'], ask)).has('sec_2')).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it('that were on their way when they were dropped are not held, nor joined by those who ask later', async () => {
    const [lent, { asked, ask }] = [new LentSecrets(), vault()];
    const early = Promise.withResolvers<Lent>();
    const got = lent.get('acme a', [], () => early.promise);
    lent.forgetWhere((key) => key === 'acme a');
    expect((await lent.get('acme a', [], ask)).get('sec_1')).toBe('value 1');
    early.resolve(new Map([['sec_1', 'old']]));
    await got;
    expect((await lent.get('acme a', [], ask)).get('sec_1')).toBe('value 1');
    expect(asked).toHaveLength(1);
  });

  it('are of so many owners at most', async () => {
    const lent = new LentSecrets();
    for (let i = 0; i <= 10_000; i++) await lent.get(`acme ${i}`, [], async () => new Map());
    expect(lent.size).toBe(10_000);
  });
});

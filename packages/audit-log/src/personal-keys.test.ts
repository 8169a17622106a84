import { createHmac } from 'node:crypto';
import { LendTokenKeyRequest, PatchbayError, unknownDigest, unknownSubject } from '@patchbay/contracts';
import { createSealingKeys } from '@patchbay/messaging';
import { expect, it } from 'vitest';
import { openPersonalKeys } from './personal-keys.ts';

/** The vault's place: lends, is silent, or is not there. */
function stage() {
  const vault = createSealingKeys();
  const state: { answer: 'lends' | 'silent' | 'away' | 'another' | 'older' } = { answer: 'lends' };
  const asked: unknown[] = [];
  const away: unknown[] = [];
  const unsubscribed = { unsubscribe() {} };
  async function request(_route: unknown, _values: unknown, body: unknown) {
    asked.push(body);
    if (state.answer === 'silent') return new Promise(() => {});
    if (state.answer === 'away') throw new PatchbayError('vault_unavailable');
    const { tenant, public_key } = LendTokenKeyRequest.parse(body);
    const lent = {
      tenant: state.answer === 'another' ? 'rival' : tenant,
      token_key: Buffer.alloc(32, 7).toString('base64'),
      ...(state.answer !== 'older' && { digest_key: Buffer.alloc(32, 8).toString('base64') }),
      erased: '',
    };
    const sealed = Buffer.from(vault.seal(Buffer.from(JSON.stringify(lent)), public_key)).toString('base64');
    return { sealed, public_key: vault.publicKey };
  }
  const messaging = { request, subscribeEvent: () => unsubscribed, onReconnect: () => unsubscribed };
  const keys = openPersonalKeys({
    messaging: messaging as unknown as Parameters<typeof openPersonalKeys>[0]['messaging'],
    service: 'executor',
    waitMs: 20,
    onAway: (error) => void away.push(error),
  });
  return { keys, state, asked, away };
}

it('an event waits for a vault that is silent once, and then for a while for none', async () => {
  const { keys, state, away } = stage();
  state.answer = 'silent';
  expect(await keys.token('acme', 'u-1')).toBe(unknownSubject);
  const started = performance.now();
  for (let i = 0; i < 100; i++) expect(await keys.token('acme', 'u-1')).toBe(unknownSubject);
  expect(performance.now() - started).toBeLessThan(100 * 20);
  expect(away).toHaveLength(1);
});

it('a vault that is back is asked beside the events, and serves again', async () => {
  const { keys, state } = stage();
  state.answer = 'away';
  expect(await keys.token('acme', 'u-1')).toBe(unknownSubject);
  state.answer = 'lends';
  await expect.poll(() => keys.token('acme', 'u-1')).toMatch(/^tok_[A-Za-z0-9_-]{43}$/);
});

it('a digest is HMAC-SHA256 under the tenant’s own key, and unknown where no vault lends one', async () => {
  const { keys, state } = stage();
  expect(keys.digestNow('acme', 'abc')).toBeNull();
  const expected = `hmac_${createHmac('sha256', Buffer.alloc(32, 8)).update('abc').digest('base64url')}`;
  expect(await keys.digest('acme', 'abc')).toBe(expected);
  expect(keys.digestNow('acme', 'abc')).toBe(expected);
  state.answer = 'older';
  expect(await keys.digest('acme-2', 'abc')).toBe(unknownDigest);
  state.answer = 'away';
  expect(await keys.digest('acme-3', 'abc')).toBe(unknownDigest);
});

it("another tenant's key is not used", async () => {
  const { keys, state, away } = stage();
  state.answer = 'another';
  expect(await keys.token('acme', 'u-1')).toBe(unknownSubject);
  expect(String(away[0])).toContain("another tenant's");
});

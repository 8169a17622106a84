import { createAccount, createUser, fromPublic, fromSeed } from '@nats-io/nkeys';
import { describe, expect, test } from 'vitest';
import { createSealingSeed, createUserSeed, publicKeyOf } from './index.ts';
import { createAccountSeed, nkeyAuthenticator, signingKeyOf } from './nkeys.ts';

describe('user keys', () => {
  test('are made anew each time, and a seed tells its public key', () => {
    const { seed, publicKey } = createUserSeed();
    expect(seed).toMatch(/^SU[A-Z2-7]{56}$/);
    expect(publicKeyOf(`${seed}\n`)).toBe(publicKey);
    expect(createUserSeed().publicKey).not.toBe(publicKey);
  });

  test.each(['', 'SU', 'not a seed', createSealingSeed().slice(0, -1)])('cannot be read from %j', (text) =>
    expect(() => publicKeyOf(text)).toThrow(),
  );
});

describe('keys of NATS’s own library', () => {
  test.each([createUser, createAccount])('are the same here: public key and signature', (create) => {
    const theirs = create();
    const ours = signingKeyOf(new TextDecoder().decode(theirs.getSeed()));
    const data = new TextEncoder().encode('a nonce');
    expect(ours.publicKey).toBe(theirs.getPublicKey());
    expect(Buffer.from(ours.sign(data))).toEqual(Buffer.from(theirs.sign(data)));
  });

  test('are read from seeds made here', () => {
    const [user, account] = [createUserSeed(), createAccountSeed()];
    expect(fromSeed(new TextEncoder().encode(user.seed)).getPublicKey()).toBe(user.publicKey);
    expect(fromSeed(new TextEncoder().encode(account)).getPublicKey()).toBe(publicKeyOf(account));
  });
});

test('a client proves that it holds the seed, by signing what the server says', () => {
  const { seed, publicKey } = createUserSeed();
  const { nkey, sig } = nkeyAuthenticator(seed)('of the server') as { nkey: string; sig: string };
  expect(nkey).toBe(publicKey);
  const verify = (nonce: string) =>
    fromPublic(publicKey).verify(new TextEncoder().encode(nonce), Buffer.from(sig, 'base64'));
  expect([verify('of the server'), verify('of another')]).toEqual([true, false]);
});

test('a sealing seed signs nothing', () => {
  expect(() => signingKeyOf(createSealingSeed())).toThrow('not that of a user or an account');
});

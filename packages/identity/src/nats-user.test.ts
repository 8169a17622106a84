import { expect, test } from 'vitest';
import { natsInboxNameOf, natsUserOf, principalOfNatsUser } from './nats-user.ts';

const tenantOfKey = (id: string) => (id === 'key_01JD0000000000000000000000' ? 'acme' : null);

test('a key’s user is its id, and leads back to its tenant', () => {
  const key = { kind: 'key', id: 'key_01JD0000000000000000000000', tenant: 'acme' } as const;
  expect(natsUserOf(key)).toBe(key.id);
  expect(principalOfNatsUser(key.id, tenantOfKey)).toEqual(key);
  expect(principalOfNatsUser('key_01JD0000000000000000000009', tenantOfKey)).toMatchObject({ tenant: '' });
});

test('a token’s user holds what is needed to look again', () => {
  const token = { jti: 'one', issuedAtMs: 1_000, expiresAtMs: 2_000, trustedSince: '2026-01-01T00:00:00.000Z' };
  const person = { kind: 'jwt', id: 'ada@acme.example', tenant: 'acme', token } as const;
  expect(natsUserOf(person)).toMatch(/^jwt\.[\w-]+$/);
  expect(principalOfNatsUser(natsUserOf(person), tenantOfKey)).toEqual(person);
  expect(natsInboxNameOf(person)).toMatch(/^jwt_[\w-]{43}$/);
});

test('the server’s own users are nobody of ours', () => {
  expect(principalOfNatsUser('UAK3QBV62PPMYFYSSAOMWUIF4BR7MWY2QCV42PSKMXZIRV6B44DFNLPO', tenantOfKey)).toBeNull();
  expect(principalOfNatsUser('', tenantOfKey)).toBeNull();
});

import { describe, expect, it } from 'vitest';
import type { ListedOperation } from '../spec/list-operations.ts';
import { effectOf } from './effect.ts';

const listed = (method: string, path: string, id: string): ListedOperation => ({
  id,
  ownId: true,
  method,
  path,
  operation: {},
  parameters: [],
  servers: undefined,
});

describe('what an operation does', () => {
  it.each([
    ['GET', '/things', 'listThings', 'read', 'natural', undefined],
    ['GET', '/auth.revoke', 'auth_revoke', 'destructive', 'none', 'always'],
    ['GET', '/x/logout', 'logout', 'write', 'none', 'policy'],
    ['POST', '/things', 'createThing', 'write', 'none', 'policy'],
    ['POST', '/things/search', 'searchThings', 'read', 'natural', undefined],
    ['POST', '/saved-searches', 'createSavedSearch', 'write', 'none', 'policy'],
    ['POST', '/orders/{id}/cancel', 'cancelOrder', 'destructive', 'none', 'always'],
    ['PUT', '/things/{id}', 'setThing', 'write', 'natural', 'policy'],
    ['PUT', '/Contacts', 'createContacts', 'write', 'none', 'policy'],
    ['PATCH', '/things/{id}', 'updateThing', 'write', 'none', 'policy'],
    ['DELETE', '/things/{id}', 'deleteThing', 'destructive', 'natural', 'always'],
  ] as const)('%s %s named %s: %s, repeats %s', (method, path, id, risk, idempotency, confirm) => {
    expect(effectOf(listed(method, path, id))).toMatchObject({ risk, idempotency, confirm });
  });

  it('says where words weighed more than the method', () => {
    expect(effectOf(listed('POST', '/things/search', 'searchThings')).note).toContain("named 'search'");
    expect(effectOf(listed('POST', '/things', 'createThing')).note).toBeNull();
  });
});

import type { Principal } from '@patchbay/identity';
import { expect, test } from 'vitest';
import { doorServer } from './door-server.test-support.ts';
import { meRoutes } from './me-routes.ts';

test('a key that may next to nothing learns what it is', async () => {
  const narrow: Principal = {
    kind: 'key',
    id: 'key_01JD0000000000000000000000',
    tenant: 'acme',
    role: 'auditor',
    scopes: new Set(['audit:read']),
    agent: null,
    session: null,
  };
  const server = await doorServer(meRoutes(), [narrow]);
  const me = { method: 'GET', path: '/v1/me' } as const;
  expect((await server.ask(me, narrow.id)).body).toEqual({
    kind: 'key',
    id: narrow.id,
    tenant: 'acme',
    role: 'auditor',
    scopes: ['audit:read'],
    agent: null,
  });
  expect((await server.ask(me, null)).status).toBe(401);
  await server.close();
});

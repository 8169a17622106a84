import { newId } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { memoryVault } from '../../test/memory-vault.ts';
import type { ConnectPorts } from './connect-ports.ts';
import type { ConnectRecord } from './connect-record.ts';
import { getConnect } from './get-connect.ts';

const record = (change: Partial<ConnectRecord>): ConnectRecord => ({
  id: newId('connect'),
  tenant: 'acme',
  integration: 'slack',
  grant: 'authorization_code',
  label: '',
  variables: {},
  make_default: false,
  reconnect: null,
  expires_at: '2026-01-02T03:14:05.000Z',
  state: 'waiting',
  state_hash: null,
  browser_hash: null,
  device: null,
  connection: null,
  reason: null,
  ...change,
});

const look = (stored: ConnectRecord | null) => {
  const connects = { get: async () => (stored === null ? null : { value: stored, revision: 1 }) };
  const ports = { ...memoryVault().ports, connects } as unknown as ConnectPorts;
  return getConnect(ports)({ tenant: 'acme', connect: stored?.id ?? newId('connect') }, { traceId: null });
};
const past = '2026-01-02T03:04:04.000Z';

it.each<[Partial<ConnectRecord>, string]>([
  [{ state: 'waiting' }, 'waiting'],
  [{ state: 'waiting', expires_at: past }, 'expired'],
  [{ state: 'taken' }, 'waiting'],
  // Its process ended in the middle: nobody will finish it.
  [{ state: 'taken', expires_at: past }, 'expired'],
  [{ state: 'connected', expires_at: past }, 'connected'],
  [{ state: 'failed', reason: 'access_denied', expires_at: past }, 'failed'],
])('a connect that is %j reads as %s', async (change, state) => {
  expect(await look(record(change))).toEqual({ state, connection: null, reason: change.reason ?? null });
});

it('one that is not there is refused', async () => {
  await expect(look(null)).rejects.toMatchObject({ code: 'invalid_request' });
});

import { expect, it } from 'vitest';
import { type ConnectionRecord, newestActive, toConnection } from './connection-record.ts';

const record = (change: Partial<ConnectionRecord> = {}): ConnectionRecord => ({
  id: 'con_01JD0000000000000000000000',
  tenant: 'acme',
  integration: 'slack',
  label: '',
  auth_type: 'bearer',
  status: 'active',
  variables: {},
  created_at: '2026-01-02T03:04:05.000Z',
  updated_at: '2026-01-02T03:04:05.000Z',
  credential_version: 1,
  health: null,
  credential_expires_at: null,
  credential_stored_at: '2026-01-02T03:04:05.000Z',
  refreshable: false,
  oldest_credential: 1,
  ...change,
});

it('shows whether a connection is the default, and not when its token ends', () => {
  expect(toConnection(record(), record().id)).toMatchObject({ is_default: true });
  expect(toConnection(record(), null)).toMatchObject({ is_default: false });
  expect(toConnection(record(), null)).not.toHaveProperty('credential_expires_at');
});

it('finds the newest active connection of the integration', () => {
  const [one, two, three, four] = [
    'con_01JD0000000000000000000001',
    'con_01JD0000000000000000000002',
    'con_01JD0000000000000000000003',
    'con_01JD0000000000000000000004',
  ] as const;
  const records = [
    record({ id: two }),
    record({ id: one }),
    record({ id: three, status: 'revoked' }),
    record({ id: four, integration: 'zendesk' }),
  ];
  expect(newestActive(records, 'slack')?.id).toBe(two);
  expect(newestActive(records, 'hubspot')).toBeNull();
});

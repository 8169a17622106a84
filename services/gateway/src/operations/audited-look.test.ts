import { PatchbayError } from '@patchbay/contracts';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Change } from './audited-change.ts';
import { auditedLook } from './audited-look.ts';
import type { RecordAudit } from './ports.ts';

const look: Change = {
  tenant: 'acme',
  act: 'list_executions',
  target: { kind: 'executions', id: 'acme' },
  actor: { kind: 'key', id: 'key_01JD0000000000000000000000' },
  traceId: null,
};
let entries: Parameters<RecordAudit>[0][];
let reports: string[];
let broken: boolean;
const ports = {
  recordAudit: async (entry: Parameters<RecordAudit>[0]) => {
    if (broken) throw new PatchbayError('audit_unavailable');
    entries.push(entry);
  },
  report: (_level: string, message: string) => void reports.push(message),
};
beforeEach(() => {
  entries = [];
  reports = [];
  broken = false;
});

describe('a look that is audited', () => {
  test('is on record before the answer leaves', async () => {
    await expect(auditedLook(ports, look, async () => 'seen')).resolves.toBe('seen');
    expect(entries).toMatchObject([
      {
        type: 'dev.patchbay.gateway.list_executions',
        subject: 'acme',
        data: { outcome: 'succeeded', actor: look.actor },
      },
    ]);
  });

  test('shows nothing when it cannot be recorded', async () => {
    broken = true;
    await expect(auditedLook(ports, look, async () => 'seen')).rejects.toMatchObject({ code: 'audit_unavailable' });
  });

  test.each([
    [new PatchbayError('not_found'), 'refused', 'not_found'],
    [new PatchbayError('overloaded'), 'failed', 'overloaded'],
  ] as const)('that fails says so: %s', async (error, outcome, error_code) => {
    const failing = auditedLook(ports, look, () => Promise.reject(error));
    await expect(failing).rejects.toBe(error);
    expect(entries).toMatchObject([{ data: { outcome, error_code } }]);
  });

  test('that fails is told as it failed, also when that cannot be recorded', async () => {
    broken = true;
    const error = new PatchbayError('not_found');
    await expect(auditedLook(ports, look, () => Promise.reject(error))).rejects.toBe(error);
    expect(reports).toEqual(['a look that failed could not be audited']);
  });
});

import { expect, test, vi } from 'vitest';
import { Admission } from '../domain/admission.ts';
import { createShedCalls } from './shed-call.ts';

function busyFor(tenant: string) {
  const places = new Admission({ maxInFlight: 1, now: 0 });
  const place = places.enter(tenant, 'live', 0);
  const record = vi.fn();
  return { place, record, calls: createShedCalls({ places, record }) };
}

test('a call is let by while there is room, and turned away with advice when there is none', () => {
  const { place, calls } = busyFor('acme');
  expect(() => calls.shed('acme')).toThrow(
    expect.objectContaining({ code: 'overloaded', body: expect.objectContaining({ retry_after_ms: 50 }) }),
  );
  place?.leave(null);
  expect(() => calls.shed('acme')).not.toThrow();
});

test('what was turned away is recorded once per tenant and while', () => {
  const { calls, record } = busyFor('acme');
  for (const tenant of ['acme', 'acme', 'rival', 'No Tenant']) expect(() => calls.shed(tenant)).toThrow();
  calls.report();
  expect(record.mock.calls).toEqual([
    ['acme', expect.objectContaining({ outcome: 'refused', error_code: 'overloaded', facts: { calls: 2 } })],
    ['rival', expect.objectContaining({ target: { kind: 'tenant', id: 'rival' }, facts: { calls: 1 } })],
  ]);
  calls.report();
  expect(record).toHaveBeenCalledTimes(2);
});

import type { WebhookSource } from '@patchbay/contracts';
import { describe, expect, test, vi } from 'vitest';
import { exportedMetrics } from '../adapters/hook-metrics-export.ts';
import { HookCounts } from '../domain/hook-counts.ts';
import { createObserveHooks } from './observe-hooks.ts';

const source = { id: 'src_1', tenant: 'acme' } as WebhookSource;

describe('what comes', () => {
  test('is counted by how it ended, and told to the audit log by source, once', () => {
    const counts = new HookCounts(0);
    const record = vi.fn();
    const { observe, report } = createObserveHooks({ counts, record });
    observe({ kind: 'accepted', source, events: ['evt_1', 'evt_2'], duplicates: 0 });
    observe({ kind: 'accepted', source, events: [], duplicates: 1 });
    observe({ kind: 'unavailable', source, events: ['evt_3'], duplicates: 0 });
    observe({ kind: 'rejected', source, reason: 'signature_wrong' });
    observe({ kind: 'rejected', source, reason: 'signature_wrong' });
    observe({ kind: 'challenge', source });
    observe({ kind: 'unknown_source' });
    report();
    expect(
      record.mock.calls.map(([tenant, type, id, { outcome, facts }]) => [tenant, type, id, outcome, facts]),
    ).toEqual([
      [
        'acme',
        'dev.patchbay.webhook.accepted',
        'src_1',
        'succeeded',
        { events: 3, duplicates: 1, first: 'evt_1', last: 'evt_3' },
      ],
      ['acme', 'dev.patchbay.webhook.rejected', 'src_1', 'refused', { signature_wrong: 2 }],
    ]);
    report();
    expect(record).toHaveBeenCalledTimes(2);
    counts.durations.record(3);
    const metrics = exportedMetrics(counts, { shared: true, rebuilding: false, inQuestion: 2 });
    const points = (name: string) => metrics.find((metric) => metric.name === `patchbay.webhook.${name}`)?.points;
    expect(points('requests')?.map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ 'patchbay.webhook.end': 'accepted' }, 2],
      [{ 'patchbay.webhook.end': 'unavailable' }, 1],
      [{ 'patchbay.webhook.end': 'rejected', 'error.type': 'signature_wrong' }, 2],
      [{ 'patchbay.webhook.end': 'challenge' }, 1],
      [{ 'patchbay.webhook.end': 'unknown_source' }, 1],
    ]);
    expect(points('copies')?.map(({ value }) => value)).toEqual([3, 1]);
    expect(points('in_question')?.map(({ value }) => value)).toEqual([2]);
    expect(points('duration')).toMatchObject([{ value: { count: 1, sum: 0.003 } }]);
  });
});

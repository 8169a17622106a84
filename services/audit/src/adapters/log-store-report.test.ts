import { describe, expect, it } from 'vitest';
import { createLogStoreReport, newCounters } from './log-store-report.ts';

function setup() {
  const lines: [string, Record<string, unknown>][] = [];
  const log = Object.fromEntries(
    ['info', 'warn', 'error'].map((level) => [level, (line: Record<string, unknown>) => lines.push([level, line])]),
  );
  const counters = newCounters();
  return { report: createLogStoreReport(log as never, counters), lines, counters };
}

describe('reporting on the store', () => {
  it('counts what is stored, silently', () => {
    const { report, lines, counters } = setup();
    report.stored(5, 2);
    expect([counters.events, counters.messages, lines]).toEqual([5, 2, []]);
  });

  it('raises an alert for quarantine, naming reasons and sequences but no content', () => {
    const { report, lines, counters } = setup();
    const items = Array.from({ length: 12 }, (_, index) => ({
      reason: 'mac_wrong' as const,
      sequence: index,
      subject: 'audit.v1.acme.execution',
      detail: '',
      payload: 'secret',
    }));
    report.quarantined(items);
    expect(counters.quarantined).toBe(12);
    expect(lines[0]?.[0]).toBe('error');
    expect(lines[0]?.[1]).toMatchObject({ alert: 'audit_quarantine', count: 12, total: 12 });
    expect(lines[0]?.[1].items).toHaveLength(10);
    expect(JSON.stringify(lines)).not.toContain('secret');
    report.unkept({ reason: 'not_json', sequence: 3, code: '22007' });
    expect(lines[1]?.[1]).toMatchObject({ alert: 'audit_quarantine_refused', sequence: 3, total: 1 });
  });

  it('warns while the store is away, is louder when it is broken, and tells when it is back', () => {
    const { report, lines, counters } = setup();
    report.unavailable(1, new Error('connect ECONNREFUSED'));
    report.unavailable(2, Object.assign(new Error('relation missing'), { code: '42P01' }));
    expect(counters.failures).toBe(2);
    report.stored(0, 0);
    expect(counters.failures).toBe(0);
    expect(lines.map(([level]) => level)).toEqual(['warn', 'error', 'info']);
  });
});

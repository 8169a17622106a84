import { describe, expect, it } from 'vitest';
import { UpstreamPauses } from './upstream-pauses.ts';

const scope = { tenant: 'acme', connection: 'con_1', host: 'api.acme.com', tool: 'acme_look' };

describe('UpstreamPauses', () => {
  it('keeps the longer of two pauses, and forgets one that is over', () => {
    const pauses = new UpstreamPauses();
    pauses.remember(scope, 'host', 500);
    pauses.remember(scope, 'host', 300);
    pauses.remember(scope, 'tool', 700);
    expect(pauses.waitMs(scope, 100)).toBe(600);
    expect(pauses.waitMs({ ...scope, tool: 'acme_other' }, 100)).toBe(400);
    expect(pauses.waitMs(scope, 700)).toBe(0);
    expect(pauses.size).toBe(0);
  });

  it('remembers a bounded number, dropping the oldest', () => {
    const pauses = new UpstreamPauses();
    for (let i = 0; i <= 10_000; i++) pauses.remember({ ...scope, connection: `con_${i}` }, 'host', 1_000);
    expect(pauses.size).toBe(10_000);
    expect(pauses.waitMs({ ...scope, connection: 'con_0' }, 0)).toBe(0);
    expect(pauses.waitMs({ ...scope, connection: 'con_10000' }, 0)).toBe(1_000);
  });
});

import { describe, expect, it } from 'vitest';
import { circuitDefaults } from './circuit.ts';
import { RetryBudget } from './retry-budget.ts';
import type { Caller, Health, Permit } from './upstream-health.ts';
import { UpstreamHealth } from './upstream-health.ts';

const by = (tenant: string, mark = 'key 1'): Caller => ({ tenant, credentialMark: () => mark });

function call(health: UpstreamHealth, tenant: string, host: string, verdict: Health, now = 0): void {
  const permit = health.enter(by(tenant), host, now);
  if (typeof permit === 'number') throw new Error('open');
  health.report(permit, verdict, now);
}

describe('UpstreamHealth', () => {
  it("stops one tenant's calls for refused credentials, and nobody else's", () => {
    const health = new UpstreamHealth(circuitDefaults);
    for (let i = 0; i < 10; i++) call(health, 'bad', 'api.x.com', 'unauthorised');
    expect(health.enter(by('bad'), 'api.x.com', 0)).toBe(circuitDefaults.openMs);
    expect(health.enter(by('good'), 'api.x.com', 0)).toMatchObject({ caller: { tenant: 'good' } });
    expect(health.enter(by('bad'), 'api.y.com', 0)).toMatchObject({ caller: { tenant: 'bad' } });
    expect(health.state('bad', 'api.x.com', 0)).toEqual({
      host: 'closed',
      tenant: 'open',
      retry_after_ms: circuitDefaults.openMs,
    });
    expect(health.state('good', 'api.x.com', 0)).toEqual({ host: 'closed', tenant: 'closed', retry_after_ms: 0 });
    expect(health.state('any', 'never.seen', 0)).toEqual({ host: 'closed', tenant: 'closed', retry_after_ms: 0 });
  });

  it("stops one tenant's calls for the 5xx that it is answered with, whatever its credential, and nobody else's", () => {
    const health = new UpstreamHealth(circuitDefaults);
    for (let i = 0; i < 10; i++) {
      call(health, 'bad', 'api.x.com', 'failing', i * 100);
      call(health, 'good', 'api.x.com', 'up', i * 100);
    }
    expect(health.enter(by('bad', 'key 2'), 'api.x.com', 900)).toBe(circuitDefaults.openMs);
    expect(health.state('bad', 'api.x.com', 900)).toMatchObject({ host: 'closed', tenant: 'open' });
    for (let i = 0; i < 300; i++) call(health, 'good', 'api.x.com', 'up', 900);
    expect(typeof health.enter(by('bad'), 'api.y.com', 900)).toBe('object');
    expect([...health.views(900)]).toMatchObject([
      { host: 'api.x.com', tenant: 'bad', watches: 'answers', state: 'open', failures: 10 },
    ]);
  });

  it("lets one probe of a tenant's 5xx through, and closes with it", () => {
    const health = new UpstreamHealth(circuitDefaults);
    for (let i = 0; i < 10; i++) call(health, 'bad', 'h', 'failing');
    const probe = health.enter(by('bad'), 'h', circuitDefaults.openMs) as Permit;
    expect(typeof health.enter(by('bad'), 'h', circuitDefaults.openMs)).toBe('number');
    health.report(probe, 'failing', circuitDefaults.openMs);
    expect(health.enter(by('bad'), 'h', circuitDefaults.openMs)).toBe(2 * circuitDefaults.openMs);
    call(health, 'bad', 'h', 'up', 3 * circuitDefaults.openMs);
    expect(health.state('bad', 'h', 3 * circuitDefaults.openMs)).toMatchObject({ tenant: 'closed', retry_after_ms: 0 });
  });

  it('takes a 5xx for a sign that the host can be reached, and no answer for none of what it would say', () => {
    const health = new UpstreamHealth(circuitDefaults);
    for (let i = 0; i < 10; i++) call(health, 'a', 'h', 'down');
    call(health, 'b', 'h', 'failing', circuitDefaults.openMs);
    expect(health.state('b', 'h', circuitDefaults.openMs)).toMatchObject({ host: 'closed', tenant: 'closed' });
    for (let i = 0; i < 8; i++) call(health, 'b', 'h', 'failing', circuitDefaults.openMs);
    call(health, 'b', 'h', 'down', circuitDefaults.openMs);
    expect(health.state('b', 'h', circuitDefaults.openMs).tenant).toBe('closed');
    call(health, 'b', 'h', 'failing', circuitDefaults.openMs);
    expect(health.state('b', 'h', circuitDefaults.openMs)).toMatchObject({ host: 'closed', tenant: 'open' });
  });

  it('tells of a host where nothing holds a tenant back, and where something does', () => {
    const health = new UpstreamHealth(circuitDefaults);
    const { host } = health.enter(by('a'), 'h', 0) as Permit;
    expect(host.isClosed('a', 0)).toBe(true);
    for (let i = 0; i < 10; i++) call(health, 'a', 'h', 'failing');
    expect([host.isClosed('a', 0), host.isClosed('b', 0)]).toEqual([false, true]);
    for (let i = 0; i < 10; i++) call(health, 'b', 'h', 'down');
    expect(host.isClosed('b', 0)).toBe(false);
  });

  it("stops all tenants' calls to a host that is down", () => {
    const health = new UpstreamHealth(circuitDefaults);
    for (let i = 0; i < 10; i++) call(health, `t${i}`, 'api.x.com', 'down');
    expect(health.enter(by('other'), 'api.x.com', 0)).toBe(circuitDefaults.openMs);
    expect(health.state('other', 'api.x.com', 0).host).toBe('open');
    const probe = health.enter(by('other'), 'api.x.com', circuitDefaults.openMs) as Permit;
    expect(typeof health.enter(by('third'), 'api.x.com', circuitDefaults.openMs)).toBe('number');
    health.report(probe, 'up', circuitDefaults.openMs);
    expect(health.state('other', 'api.x.com', circuitDefaults.openMs).host).toBe('closed');
  });

  it('lets a tenant call again at once with another credential', () => {
    const health = new UpstreamHealth(circuitDefaults);
    for (let i = 0; i < 10; i++) call(health, 'a', 'h', 'unauthorised');
    const permit = health.enter(by('a', 'key 2'), 'h', 0) as Permit;
    health.report(permit, 'up', 0);
    expect(typeof health.enter(by('a'), 'h', 0)).toBe('number');
    for (let i = 0; i < 10; i++) {
      const again = health.enter(by('a', 'key 2'), 'h', 0) as Permit;
      health.report(again, 'unauthorised', 0);
    }
    expect(typeof health.enter(by('a', 'key 2'), 'h', 0)).toBe('number');
  });

  it('does not count refusals and silence against a host, nor a host that is down against a credential', () => {
    const health = new UpstreamHealth(circuitDefaults);
    call(health, 'a', 'h', 'down');
    call(health, 'a', 'h', 'unauthorised');
    for (let i = 0; i < 50; i++) call(health, 'a', 'h', i % 2 === 0 ? 'up' : 'unknown');
    for (let i = 0; i < 9; i++) call(health, 'a', 'h', 'down');
    expect(health.state('a', 'h', 0)).toMatchObject({ host: 'closed', tenant: 'closed' });
  });

  it('begins no probe that another circuit holds back', () => {
    const health = new UpstreamHealth(circuitDefaults);
    for (let i = 0; i < 10; i++) call(health, 'a', 'h', 'unauthorised', 0);
    for (let i = 0; i < 10; i++) call(health, 'b', 'h', 'down', 4_000);
    expect(typeof health.enter(by('a'), 'h', 5_000)).toBe('number');
    expect(health.state('a', 'h', 5_000)).toMatchObject({ tenant: 'half_open', host: 'open' });
    expect(health.enter(by('a'), 'h', 9_000)).toMatchObject({ caller: { tenant: 'a' } });
  });

  it('ignores a call that began before there was a circuit and ends when it is open', () => {
    const health = new UpstreamHealth(circuitDefaults);
    const early = health.enter(by('a'), 'h', 0) as Permit;
    for (let i = 0; i < 10; i++) call(health, 'a', 'h', 'down');
    health.report(early, 'up', circuitDefaults.openMs);
    expect(health.state('a', 'h', 0).host).toBe('open');
    const late = health.enter(by('b'), 'other', 0) as Permit;
    call(health, 'a', 'other', 'down');
    health.report(late, 'down', 0);
    expect(health.state('b', 'other', 0).host).toBe('closed');
  });

  it('remembers a bounded number of hosts and tenants, those in trouble longest', () => {
    const health = new UpstreamHealth(circuitDefaults);
    for (let i = 0; i < 10; i++) call(health, 'a', 'down.x.com', 'down');
    for (let i = 0; i < 10; i++) call(health, 'bad', 'auth.x.com', 'unauthorised');
    for (let i = 0; i < 10; i++) call(health, 'bad', 'broken.x.com', 'failing');
    for (let i = 0; i < 10_000; i++) call(health, 'a', `h${i}.x.com`, 'up');
    expect(health.state('a', 'down.x.com', 0).host).toBe('open');
    expect(health.state('bad', 'auth.x.com', 0).tenant).toBe('open');
    expect(health.state('bad', 'broken.x.com', 0).tenant).toBe('open');
    for (let i = 0; i < 5_000; i++) call(health, `t${i}`, 'broken.x.com', 'failing');
    expect([...health.views(0)].filter(({ host }) => host === 'broken.x.com')).toHaveLength(4_096);
    for (let i = 0; i < 5_000; i++) call(health, `t${i}`, 'many.x.com', 'unauthorised');
    expect(health.state('t1', 'many.x.com', 0).tenant).toBe('closed');
    const later = 20 * circuitDefaults.maxOpenMs;
    for (let i = 0; i < 10; i++) call(health, 'late', 'many.x.com', 'unauthorised', later);
    expect(health.state('late', 'many.x.com', later).tenant).toBe('open');
    for (let i = 0; i < 10_000; i++) call(health, 'a', `g${i}.x.com`, 'up', later);
    expect(health.state('a', 'down.x.com', later).host).toBe('closed');
  });
});

describe('RetryBudget', () => {
  it('keeps all calls below 1.2 times those offered while everything fails', () => {
    const budget = new RetryBudget();
    const offered = 200 * 60;
    let calls = 0;
    for (let i = 0; i < offered; i++) {
      budget.deposit();
      calls++;
      for (let attempt = 1; attempt < 3 && budget.withdraw(i * 5); attempt++) calls++;
    }
    expect(calls).toBeGreaterThan(offered * 1.1);
    expect(calls).toBeLessThanOrEqual(offered * 1.2);
  });

  it('leaves a host that is seldom called its retries', () => {
    const budget = new RetryBudget();
    for (let hour = 0; hour < 10; hour++) {
      budget.deposit();
      expect(budget.withdraw(hour * 3_600_000)).toBe(true);
      expect(budget.withdraw(hour * 3_600_000)).toBe(true);
    }
  });
});

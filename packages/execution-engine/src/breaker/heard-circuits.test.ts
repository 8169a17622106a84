import { describe, expect, it } from 'vitest';
import { circuitDefaults } from './circuit.ts';
import type { Caller, CircuitChange, Health, Permit } from './upstream-health.ts';
import { UpstreamHealth } from './upstream-health.ts';

const caller: Caller = { tenant: 'acme', credentialMark: () => 'key' };
const host = 'api.x.com';
const { openMs, windowMs, maxOpenMs } = circuitDefaults;
const delayMs = 300;

/** Processes that hear of each other's circuits at once. */
class Fleet {
  readonly said: { from: number; change: CircuitChange }[] = [];
  now = 0;
  readonly members: UpstreamHealth[];

  constructor(size: number) {
    this.members = Array.from(
      { length: size },
      (_, from) =>
        new UpstreamHealth(circuitDefaults, (change) => {
          this.said.push({ from, change });
          this.members.forEach((other, i) => void (i !== from && other.hear(change, delayMs, this.now)));
        }),
    );
  }

  enter(member: number): Permit | null {
    const permit = (this.members[member] as UpstreamHealth).enter(caller, host, this.now);
    return typeof permit === 'number' ? null : permit;
  }

  /** A call of one member; false when its circuit did not let it through. */
  call(member: number, verdict: Health): boolean {
    const permit = this.enter(member);
    if (permit === null) return false;
    (this.members[member] as UpstreamHealth).report(permit, verdict, this.now);
    return true;
  }

  states(of: 'host' | 'tenant' = 'host'): string[] {
    return this.members.map((member) => member.state('acme', host, this.now)[of]);
  }
}

function opened(size: number): Fleet {
  const fleet = new Fleet(size);
  for (let i = 0; i < 10; i++) fleet.call(0, 'down');
  return fleet;
}

describe('circuits of several processes', () => {
  it('open together after ten failures of one, and let one probe of the fleet through', () => {
    const fleet = opened(3);
    expect(fleet.states()).toEqual(['open', 'open', 'open']);
    expect([0, 1, 2].map((member) => fleet.call(member, 'up'))).toEqual([false, false, false]);
    fleet.now = openMs;
    const probe = fleet.enter(0);
    expect(probe).not.toBeNull();
    fleet.now += delayMs;
    expect([fleet.enter(1), fleet.enter(2)]).toEqual([null, null]);
    fleet.members[0]?.report(probe as Permit, 'up', fleet.now);
    expect(fleet.states()).toEqual(['closed', 'closed', 'closed']);
    expect(fleet.said.map(({ change }) => change.state)).toEqual(['open', 'half_open', 'closed']);
  });

  it('are probed by another when the one that opened first has no calls', () => {
    const fleet = opened(2);
    fleet.now = openMs + delayMs;
    expect(fleet.call(1, 'up')).toBe(true);
    expect(fleet.states()).toEqual(['closed', 'half_open'].reverse());
    // What we opened ourselves is not closed by another's word, but probed at once.
    expect(fleet.call(0, 'up')).toBe(true);
    expect(fleet.states()).toEqual(['closed', 'closed']);
  });

  it('stay closed where calls went well lately, and open there after two failures', () => {
    const fleet = new Fleet(2);
    fleet.call(1, 'up');
    for (let i = 0; i < 10; i++) fleet.call(0, 'down');
    expect(fleet.states()).toEqual(['open', 'closed']);
    fleet.call(1, 'down');
    expect(fleet.states()[1]).toBe('closed');
    fleet.call(1, 'down');
    expect(fleet.states()[1]).toBe('open');
  });

  it('are not held open by a process that is cut off itself', () => {
    const fleet = opened(2);
    let refused = 0;
    let calls = 0;
    // The other is called every 100 ms for five minutes, and always answered; the first fails whenever it probes.
    for (; fleet.now < 300_000; fleet.now += 100) {
      fleet.call(0, 'down');
      calls++;
      if (!fleet.call(1, 'up')) refused++;
    }
    // Once: the opening it was told of, and one probe of the other's that it waited for.
    expect(refused * 100).toBeLessThanOrEqual(2 * openMs + delayMs);
    expect(calls).toBe(3_000);
  });

  it('put a probe off for another only once, and never longer than a first opening', () => {
    const { members } = opened(2);
    const second = members[1] as UpstreamHealth;
    for (let now = 0; now < openMs + delayMs; now += 500)
      second.hear({ host, tenant: null, state: 'half_open', openMs: 0 }, 0, now);
    expect(typeof second.enter(caller, host, 2 * openMs)).toBe('object');
    const third = new UpstreamHealth(circuitDefaults);
    third.hear({ host, tenant: null, state: 'open', openMs: maxOpenMs }, delayMs, 0);
    expect(third.state('acme', host, 0).retry_after_ms).toBe(openMs + delayMs);
    expect(typeof third.enter(caller, host, openMs + delayMs)).toBe('object');
  });

  it('take no notice of word about hosts they have nothing open for', () => {
    const health = new UpstreamHealth(circuitDefaults);
    health.hear({ host, tenant: null, state: 'closed', openMs: 0 }, 0, 0);
    health.hear({ host, tenant: null, state: 'half_open', openMs: 0 }, 0, 0);
    health.hear({ host, tenant: 'acme', state: 'closed', openMs: 0 }, 0, 0);
    expect([...health.views(0)]).toEqual([]);
  });

  it("of a tenant's 5xx open together for that tenant alone, and close with one probe", () => {
    const fleet = new Fleet(3);
    for (let i = 0; i < 10; i++) fleet.call(0, 'failing');
    expect(fleet.said).toEqual([{ from: 0, change: { host, tenant: 'acme', state: 'open', openMs } }]);
    expect(fleet.states('tenant')).toEqual(['open', 'open', 'open']);
    expect(fleet.states('host')).toEqual(['closed', 'closed', 'closed']);
    const other = fleet.members[1]?.enter({ ...caller, tenant: 'rival' }, host, fleet.now);
    expect(typeof other).toBe('object');
    fleet.now = openMs;
    expect(fleet.call(0, 'up')).toBe(true);
    expect(fleet.states('tenant')).toEqual(['closed', 'closed', 'closed']);
  });

  it("of a tenant's 5xx need two failures more where anyone was answered well lately", () => {
    const fleet = new Fleet(2);
    const [, second] = fleet.members as [UpstreamHealth, UpstreamHealth];
    second.report(second.enter({ ...caller, tenant: 'rival' }, host, 0) as Permit, 'up', 0);
    for (let i = 0; i < 10; i++) fleet.call(0, 'failing');
    expect(fleet.states('tenant')).toEqual(['open', 'closed']);
    for (let i = 0; i < 2; i++) fleet.call(1, 'failing');
    expect(fleet.states('tenant')).toEqual(['open', 'open']);
  });

  it('of a host stay closed where it answered lately, with whatever', () => {
    const fleet = new Fleet(2);
    fleet.call(1, 'failing');
    for (let i = 0; i < 10; i++) fleet.call(0, 'down');
    expect(fleet.states()).toEqual(['open', 'closed']);
  });

  it('are shown with who opened them, and forgotten success does not contradict for ever', () => {
    const fleet = new Fleet(2);
    fleet.call(1, 'up');
    fleet.now = windowMs;
    for (let i = 0; i < 10; i++) fleet.call(0, 'down');
    for (let i = 0; i < 10; i++) {
      const permit = fleet.members[0]?.enter(caller, 'other.host', fleet.now) as Permit;
      fleet.members[0]?.report(permit, 'unauthorised', fleet.now);
    }
    const [first, second] = fleet.members.map((member) => [...member.views(fleet.now)]);
    expect(first).toMatchObject([
      {
        host,
        tenant: null,
        watches: 'connections',
        state: 'open',
        openedBy: 'here',
        calls: 10,
        failures: 10,
        retryAfterMs: openMs,
      },
      { host: 'other.host', tenant: 'acme', watches: 'credential', state: 'open', openedBy: 'here' },
    ]);
    expect(second).toMatchObject([
      { host, tenant: null, watches: 'connections', state: 'open', openedBy: 'elsewhere' },
    ]);
  });
});

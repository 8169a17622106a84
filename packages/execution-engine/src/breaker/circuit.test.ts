import { describe, expect, it } from 'vitest';
import { Circuit, circuitDefaults } from './circuit.ts';

const { openMs, maxOpenMs, windowMs } = circuitDefaults;

function call(circuit: Circuit, now: number, outcome: 'succeed' | 'fail'): void {
  const permit = circuit.enter(now);
  expect(permit).toBeGreaterThan(0);
  circuit[outcome](permit, now);
}

function opened(now = 0): Circuit {
  const circuit = new Circuit();
  for (let i = 0; i < 10; i++) call(circuit, now, 'fail');
  return circuit;
}

describe('Circuit', () => {
  it('stays closed below ten calls, whatever share of them fails', () => {
    const circuit = new Circuit();
    for (let i = 0; i < 9; i++) call(circuit, i, 'fail');
    expect(circuit.current(9)).toBe('closed');
    call(circuit, 9, 'fail');
    expect(circuit.current(9)).toBe('open');
    expect(circuit.enter(9)).toBe(0);
    expect(circuit.retryAfterMs(9 + 1_000)).toBe(openMs - 1_000);
  });

  it('opens at half of at least ten calls, and not below', () => {
    const circuit = new Circuit();
    for (let i = 0; i < 11; i++) call(circuit, i, 'succeed');
    for (let i = 0; i < 5; i++) {
      call(circuit, i, 'fail');
      call(circuit, i, 'succeed');
    }
    expect(circuit.current(20)).toBe('closed');
    for (let i = 0; i < 9; i++) call(circuit, 20, 'fail');
    call(circuit, 20, 'succeed');
    for (let i = 0; i < 2; i++) call(circuit, 20, 'fail');
    expect(circuit.current(20)).toBe('closed');
    call(circuit, 20, 'fail');
    expect(circuit.current(20)).toBe('open');
  });

  it('opens after ten failures in a row even when the window is full of successes', () => {
    const circuit = new Circuit();
    for (let i = 0; i < 2_000; i++) call(circuit, 100, 'succeed');
    for (let i = 0; i < 10; i++) call(circuit, 200, 'fail');
    expect(circuit.current(200)).toBe('open');
  });

  it('forgets failures that have left the window', () => {
    const circuit = new Circuit();
    for (let i = 0; i < 9; i++) call(circuit, 0, 'fail');
    call(circuit, 1, 'succeed');
    for (let i = 0; i < 8; i++) call(circuit, windowMs + 1_000, 'fail');
    call(circuit, windowMs + 1_000, 'succeed');
    expect(circuit.current(windowMs + 1_000)).toBe('closed');
    expect(circuit.isIdle(windowMs + 2_000)).toBe(false);
    expect(circuit.isIdle(3 * windowMs)).toBe(true);
  });

  it('lets one probe through once the time is up, and closes when it succeeds', () => {
    const circuit = opened();
    expect(circuit.enter(openMs - 1)).toBe(0);
    expect(circuit.current(openMs)).toBe('half_open');
    const probe = circuit.enter(openMs);
    expect(probe).toBeGreaterThan(0);
    expect(circuit.enter(openMs)).toBe(0);
    expect(circuit.current(openMs)).toBe('half_open');
    circuit.succeed(probe, openMs);
    expect(circuit.current(openMs)).toBe('closed');
    expect(circuit.retryAfterMs(openMs)).toBe(0);
  });

  it('opens again for twice as long when the probe fails, up to a limit, and starts over once closed', () => {
    const circuit = opened();
    let now = 0;
    for (const expected of [2, 4, 8, 12, 12]) {
      now += circuit.retryAfterMs(now);
      circuit.fail(circuit.enter(now), now);
      expect(circuit.retryAfterMs(now)).toBe(Math.min(maxOpenMs, expected * openMs));
    }
    now += maxOpenMs;
    circuit.succeed(circuit.enter(now), now);
    for (let i = 0; i < 10; i++) call(circuit, now, 'fail');
    expect(circuit.retryAfterMs(now)).toBe(openMs);
  });

  it('gives the place of a probe that told nothing to the next caller', () => {
    const circuit = opened();
    circuit.abandon(circuit.enter(openMs), openMs);
    expect(circuit.current(openMs)).toBe('half_open');
    expect(circuit.enter(openMs)).toBeGreaterThan(0);
  });

  it('ignores what is reported with a permit from before it opened', () => {
    const circuit = new Circuit();
    const early = circuit.enter(0);
    for (let i = 0; i < 10; i++) call(circuit, 0, 'fail');
    circuit.succeed(early, 1);
    circuit.fail(early, 1);
    circuit.abandon(early, 1);
    expect(circuit.current(1)).toBe('open');
    const probe = circuit.enter(openMs);
    circuit.succeed(early, openMs);
    expect(circuit.current(openMs)).toBe('half_open');
    circuit.succeed(probe, openMs);
    expect(circuit.current(openMs)).toBe('closed');
    expect(circuit.closedPermit()).toBeGreaterThan(0);
    expect(opened().closedPermit()).toBe(0);
  });

  it('counts nothing for a call abandoned while closed, and can be forgotten when open for long', () => {
    const circuit = new Circuit();
    for (let i = 0; i < 20; i++) circuit.abandon(circuit.enter(0), 0);
    expect(circuit.current(0)).toBe('closed');
    expect(opened().isIdle(5 * maxOpenMs)).toBe(false);
    expect(opened().isIdle(11 * maxOpenMs)).toBe(true);
  });
});

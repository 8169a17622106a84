import { describe, expect, it } from 'vitest';
import { LatencyEstimate } from './latency-estimate.ts';

function of(...answers: number[]): LatencyEstimate {
  const estimate = new LatencyEstimate();
  for (const ms of answers) estimate.observe(ms);
  return estimate;
}

describe('LatencyEstimate', () => {
  it('says nothing before five answers, then follows the median', () => {
    const estimate = of(100, 100, 100, 100);
    expect(estimate.p50Ms).toBe(0);
    for (let i = 0; i < 500; i++) estimate.observe(i % 10 === 0 ? 2_000 : 95 + (i % 11));
    expect(estimate.p50Ms).toBeGreaterThan(90);
    expect(estimate.p50Ms).toBeLessThan(115);
    for (let i = 0; i < 200; i++) estimate.observe(20);
    expect(estimate.p50Ms).toBe(20);
  });

  it('knows the tail from twenty answers on', () => {
    const estimate = of(...Array.from({ length: 19 }, (_, i) => i + 1));
    expect(estimate.p95Ms).toBe(0);
    for (let i = 20; i <= 100; i++) estimate.observe(i);
    expect(estimate.p95Ms).toBeGreaterThanOrEqual(88);
    expect(estimate.p95Ms).toBeLessThanOrEqual(96);
    expect(estimate.p50Ms).toBeLessThan(estimate.p95Ms);
  });

  it('learns from silence only what is longer than usual', () => {
    const estimate = of(100, 100, 100, 100, 100);
    for (let i = 0; i < 20; i++) estimate.observeSilence(50);
    expect(estimate.p50Ms).toBe(100);
    for (let i = 0; i < 20; i++) estimate.observeSilence(900);
    expect(estimate.p50Ms).toBe(900);
    const unknown = new LatencyEstimate();
    for (let i = 0; i < 20; i++) unknown.observeSilence(900);
    expect(unknown.p50Ms).toBe(0);
  });

  it('refuses what does not fit, and lets one call of twenty, or one every five seconds, try all the same', () => {
    const estimate = of(100, 100, 100, 100, 100);
    expect(estimate.admit(100, 0)).toBe(true);
    const admitted = Array.from({ length: 42 }, () => estimate.admit(60, 0));
    expect(admitted.flatMap((was, i) => (was ? [i] : []))).toEqual([20, 41]);
    expect(estimate.mayFit(60, 4_999)).toBe(false);
    expect(estimate.mayFit(60, 5_000)).toBe(true);
    expect(estimate.admit(60, 5_000)).toBe(true);
    expect(estimate.admit(60, 5_001)).toBe(false);
    expect(estimate.admit(0, 99_999)).toBe(false);
    expect(estimate.mayFit(-1, 99_999)).toBe(false);
  });

  it('begins anew when a probe finds the upstream quicker, and not when it does not', () => {
    const estimate = of(100, 100, 100, 100, 100);
    estimate.admit(60, 0);
    expect(estimate.admit(60, 5_000)).toBe(true);
    estimate.observeSilence(60);
    expect(estimate.p50Ms).toBe(100);
    expect(estimate.admit(60, 10_000)).toBe(true);
    estimate.observe(30);
    expect(estimate.p50Ms).toBe(0);
    for (let i = 0; i < 4; i++) estimate.observe(30);
    expect(estimate.p50Ms).toBe(30);
  });
});

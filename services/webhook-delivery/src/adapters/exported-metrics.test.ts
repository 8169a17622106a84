import { expect, test } from 'vitest';
import { DeliveryMetrics } from '../domain/delivery-metrics.ts';
import { exportedMetrics } from './exported-metrics.ts';

test('what was counted is exported by kind of target and outcome, and names no tenant', () => {
  const metrics = new DeliveryMetrics();
  metrics.events = 3;
  metrics.deliveries = 2;
  metrics.deadLetters.system = 1;
  for (const ms of [250, 750]) metrics.attempt('http', 'failed', ms);
  metrics.attempt('tool', 'succeeded', 100);
  const exported = Object.fromEntries(
    exportedMetrics(metrics, 1_000, 7).map(({ name, points }) => [
      name,
      points.map(({ attributes, value }) => [Object.values(attributes).join(' '), value]),
    ]),
  );
  expect(exported).toEqual({
    'patchbay.delivery.events': [['', 3]],
    'patchbay.delivery.begun': [['', 2]],
    'patchbay.delivery.attempts': [
      ['http failed', 2],
      ['tool succeeded', 1],
    ],
    'patchbay.delivery.attempt_time': [
      ['http failed', 1],
      ['tool succeeded', 0.1],
    ],
    'patchbay.delivery.dead_letters': [
      ['exhausted', 0],
      ['system', 1],
    ],
    'patchbay.delivery.pauses': [['', 0]],
    'patchbay.delivery.subscriptions': [['', 7]],
  });
});

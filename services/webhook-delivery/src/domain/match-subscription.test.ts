import { newId } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { bytes, source, webhookEvent, webhookSubscription } from './event.fixture.ts';
import { viewOf } from './event-view.ts';
import { isAbout, takesEvents } from './match-subscription.ts';

const view = viewOf(webhookEvent({ type: 'ticket.created' }), bytes('{"open":true}'));
const now = Date.parse('2026-11-29T12:00:00Z');

test.each([
  [{}, true],
  [{ source }, true],
  [{ source: newId('webhookSource') }, false],
  [{ types: ['deal.*', 'ticket.*'] }, true],
  [{ types: ['deal.*'] }, false],
  [{ filter: { body: 'open', equals: true } }, true],
  [{ filter: { body: 'open', equals: false } }, false],
  [{ tenant: 'rival' }, false],
])('a subscription with %j is about the event: %s', (over, expected) => {
  expect(isAbout(webhookSubscription(over), view)).toBe(expected);
});

test('events are put by for one that is paused, and pass by one that is disabled or over', () => {
  const state = (value: 'active' | 'paused' | 'disabled') => ({
    value,
    reason: null,
    since: '2026-11-29T00:00:00.000Z',
  });
  expect(takesEvents(webhookSubscription({ state: state('paused') }), now)).toBe(true);
  expect(takesEvents(webhookSubscription({ state: state('disabled') }), now)).toBe(false);
  expect(takesEvents(webhookSubscription({ expires_at: '2026-11-29T12:00:00.001Z' }), now)).toBe(true);
  expect(takesEvents(webhookSubscription({ expires_at: '2026-11-29T12:00:00.000Z' }), now)).toBe(false);
});

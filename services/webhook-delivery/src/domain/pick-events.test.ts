import { newId, type WebhookDeadLetter } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { source, webhookEvent } from './event.fixture.ts';
import { isPicked, isPickedLetter } from './pick-events.ts';

const event = webhookEvent({ type: 'ticket.created', received_at: '2026-11-29T12:00:00.000Z' });

describe('an event', () => {
  test.each([
    {},
    { source },
    { types: ['x', 'ticket.*'] },
    { events: [event.id] },
    { from: '2026-11-29T13:00:00+01:00', to: '2026-11-29T12:00:00Z' },
  ])('is picked by %j', (filter) => expect(isPicked(filter, event)).toBe(true));

  test.each([
    { source: newId('webhookSource') },
    { types: ['x'] },
    { types: [] },
    { events: [newId('event')] },
    { from: '2026-11-29T12:00:00.001Z' },
    { to: '2026-11-29T11:59:59.999Z' },
  ])('is not picked by %j', (filter) => expect(isPicked(filter, event)).toBe(false));
});

describe('a dead letter', () => {
  const letter: WebhookDeadLetter = {
    id: newId('delivery'),
    tenant: 'acme',
    subscription: newId('subscription'),
    source,
    event: event.id,
    event_type: event.type,
    sequence: 1,
    reason: 'exhausted',
    attempts: 3,
    last_attempt: null,
    died_at: '2026-11-29T12:00:00.000Z',
  };
  const { id, subscription } = letter;

  test.each([{}, { subscription, source, reason: 'exhausted', ids: [id] } as const, { from: letter.died_at }])(
    'is picked by %j',
    (pick) => expect(isPickedLetter(pick, letter)).toBe(true),
  );

  test.each([
    { subscription: newId('subscription') },
    { source: newId('webhookSource') },
    { reason: 'system' } as const,
    { ids: [] },
    { to: '2026-11-29T11:00:00Z' },
  ])('is not picked by %j', (pick) => expect(isPickedLetter(pick, letter)).toBe(false));
});

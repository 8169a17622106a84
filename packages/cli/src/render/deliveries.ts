import type { Delivery, DeliveryAttempt, ListDeliveriesResult, WebhookDeadLetter } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { clock, count, duration, type Style, visible } from './style.ts';
import { renderTable } from './table.ts';

type Place = Pick<CommandContext, 'io' | 'style'>;

export function renderDeliveries(deliveries: ListDeliveriesResult['deliveries'], { io, style }: Place): string {
  return renderTable(
    deliveries,
    [
      { title: 'DELIVERY', value: ({ id }) => id, paint: style.quiet },
      { title: 'TIME (UTC)', value: ({ created_at }) => clock(created_at) },
      { title: 'STATE', value: ({ state }) => state, paint: (text, { state }) => stateStyle(style, state)(text) },
      { title: 'TRIES', value: ({ attempts }) => String(attempts), align: 'right' },
      { title: 'TYPE', value: ({ event_type }) => event_type, flexible: true },
      { title: 'EVENT', value: ({ event }) => event, paint: style.quiet },
      { title: 'SUBSCRIPTION', value: ({ subscription }) => subscription, paint: style.quiet },
      {
        title: 'NEXT TRY (UTC)',
        value: ({ next_attempt_at }) => (next_attempt_at === null ? '' : clock(next_attempt_at)),
      },
    ],
    { style, width: Math.max(160, io.stdout.columns ?? 180) },
  );
}

/** One delivery with every attempt. */
export function renderDelivery(delivery: Delivery, style: Style): string {
  const { id, subscription, state, attempts, next_attempt_at, replay_of } = delivery;
  return [
    `${id}  to ${subscription}  ${stateStyle(style, state)(state)} after ${count(attempts.length, 'attempt')}${replay_of === null ? '' : `, again for ${replay_of}`}`,
    ...attempts.map((attempt) => `  ${attemptLine(attempt, style)}`),
    ...(next_attempt_at === null ? [] : [`  next attempt at ${clock(next_attempt_at)}`]),
  ].join('\n');
}

function attemptLine(attempt: DeliveryAttempt, style: Style): string {
  const { number, started_at, outcome, status, error_code, message, answer, execution_id, duration_ms } = attempt;
  const paint = outcome === 'succeeded' ? style.good : style.bad;
  const facts = [status === null ? null : `HTTP ${status}`, error_code, message, execution_id].filter(
    (fact) => fact !== null,
  );
  return [
    `${number}. ${clock(started_at)}  ${paint(outcome)} in ${duration(duration_ms)}`,
    ...(facts.length === 0 ? [] : [visible(facts.join(', '))]),
    ...(answer === null || answer === '' ? [] : [style.quiet(visible(answer).slice(0, 200).replace(/\s+/g, ' '))]),
  ].join('  ');
}

export function renderWebhookDeadLetters(letters: readonly WebhookDeadLetter[], { io, style }: Place): string {
  return renderTable(
    letters,
    [
      { title: 'DELIVERY', value: ({ id }) => id, paint: style.quiet },
      { title: 'SINCE (UTC)', value: ({ died_at }) => clock(died_at) },
      { title: 'REASON', value: ({ reason }) => reason, paint: style.bad },
      { title: 'TRIES', value: ({ attempts }) => String(attempts), align: 'right' },
      { title: 'TYPE', value: ({ event_type }) => event_type },
      { title: 'SUBSCRIPTION', value: ({ subscription }) => subscription, paint: style.quiet },
      { title: 'LAST ATTEMPT', value: ({ last_attempt }) => lastOf(last_attempt), flexible: true },
    ],
    { style, width: Math.max(140, io.stdout.columns ?? 160) },
  );
}

function lastOf(attempt: DeliveryAttempt | null): string {
  if (attempt === null) return '';
  return [attempt.status === null ? null : `HTTP ${attempt.status}`, attempt.error_code, attempt.message]
    .filter((fact) => fact !== null)
    .join(', ');
}

function stateStyle(style: Style, state: Delivery['state']): (text: string) => string {
  if (state === 'succeeded') return style.good;
  return state === 'dead_letter' ? style.bad : style.warn;
}

import type { Forwarded } from '../webhooks/forward.ts';
import { duration, oneLine, type Style, visible } from './style.ts';

const answerWidth = 100;

/** A request that was sent on, on one line. */
export function renderForwarded(forwarded: Forwarded, style: Style): string {
  const { event, scheme, type, events, ok, status, duration_ms, answer, withheld } = forwarded;
  const paint = ok ? style.good : style.bad;
  const outcome = status === null ? 'no answer' : `${status} in ${duration(duration_ms ?? 0)}`;
  return [
    `${paint(outcome.padEnd(16))} ${event}  ${style.name(scheme)}  ${visible(type)}`,
    ...(events > 1 ? [`${events} events`] : []),
    ...(withheld.length > 0 ? [style.warn(`without ${withheld.join(', ')}`)] : []),
    ...(ok || answer === '' ? [] : [style.quiet(oneLine(answer, answerWidth))]),
  ].join('  ');
}

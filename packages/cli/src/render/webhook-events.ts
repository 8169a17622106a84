import type { WebhookEvent, WebhookEventSummary } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { clock, type Style, visible } from './style.ts';
import { renderTable } from './table.ts';

export function renderWebhookEvents(
  events: readonly WebhookEventSummary[],
  { io, style }: Pick<CommandContext, 'io' | 'style'>,
): string {
  return renderTable(
    events,
    [
      { title: 'EVENT', value: ({ id }) => id, paint: style.quiet },
      { title: 'TIME (UTC)', value: ({ received_at }) => clock(received_at) },
      { title: 'SCHEME', value: ({ scheme }) => scheme, paint: style.name },
      { title: 'TYPE', value: ({ type }) => type },
      { title: 'BYTES', value: ({ payload_bytes }) => String(payload_bytes), align: 'right' },
      { title: 'VENDOR ID', value: ({ vendor_id }) => vendor_id ?? '', flexible: true },
      { title: 'SOURCE', value: ({ source }) => source, paint: style.quiet },
    ],
    { style, width: Math.max(120, io.stdout.columns ?? 160) },
  );
}

/** An event that has just come, on one line. */
export function renderArrival(event: WebhookEvent, style: Style): string {
  return `${style.quiet(event.received_at.slice(11, 23))}  ${event.id}  ${style.name(event.scheme)}  ${visible(event.type)}`;
}

/** What is known of an event beside its request. */
export function renderEventFacts(event: WebhookEvent, style: Style): string {
  const { id, scheme, type, vendor_id, source, received_at, variant, secret_id, request, index, count } = event;
  return [
    `${id}  ${style.name(scheme)}  ${visible(type)}`,
    `  received  ${clock(received_at)} at ${source}`,
    `  ${style.good('verified')}  variant ${variant}, secret ${secret_id}`,
    ...(vendor_id === null ? [] : [`  vendor id ${visible(vendor_id)}`]),
    `  request   ${request.id}${count === 1 ? '' : `, number ${index + 1} of its ${count} events`}`,
  ].join('\n');
}

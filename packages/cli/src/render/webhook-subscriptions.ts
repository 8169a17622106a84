import type { WebhookSubscription, WebhookTarget } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { clock, type Style, span, visible } from './style.ts';
import { renderTable } from './table.ts';

type Place = Pick<CommandContext, 'io' | 'style'>;

export function renderSubscriptions(subscriptions: readonly WebhookSubscription[], { io, style }: Place): string {
  return renderTable(
    subscriptions,
    [
      { title: 'SUBSCRIPTION', value: ({ id }) => id, paint: style.quiet },
      {
        title: 'STATE',
        value: ({ state }) => state.value,
        paint: (text, { state }) => stateStyle(style, state.value)(text),
      },
      { title: 'TYPES', value: ({ types }) => types.join(' ') },
      { title: 'FROM', value: ({ source }) => source ?? 'all', paint: style.quiet },
      { title: 'TO', value: ({ target }) => describeTarget(target), paint: style.name },
      { title: 'NAME', value: ({ name }) => name, flexible: true },
    ],
    { style, width: Math.max(140, io.stdout.columns ?? 160) },
  );
}

export function renderSubscription(subscription: WebhookSubscription, style: Style): string {
  const { id, tenant, name, source, types, filter, target, retry, rate, concurrency, order_by, state } = subscription;
  const waits = retry.schedule_ms.map(span).join(', ');
  return [
    `${id}  ${stateStyle(style, state.value)(state.value)} since ${clock(state.since)}${state.reason === null ? '' : `: ${visible(state.reason)}`}`,
    `  of        tenant ${tenant}${name === '' ? '' : `, ${visible(name)}`}`,
    `  from      ${source ?? 'every source'}, ${types.map(visible).join(' ')}`,
    ...(filter === null ? [] : [`  filter    ${visible(JSON.stringify(filter))}`]),
    `  to        ${style.name(describeTarget(target))}`,
    `  retries   ${waits === '' ? 'none' : `after ${waits}, ±${Math.round(retry.jitter * 100)} %`}`,
    `  at once   ${concurrency}${rate === null ? '' : `, ${rate.per_second} a second, ${rate.burst} at most after a pause`}`,
    ...(order_by === null ? [] : [`  in order  by ${visible(order_by)}`]),
    ...(subscription.once ? ['  once      removed after its first delivery'] : []),
    ...(subscription.expires_at === null ? [] : [`  until     ${clock(subscription.expires_at)}`]),
    ...subscription.secrets.map(
      (secret) =>
        `  key       ${secret.id} since ${clock(secret.created_at)}${secret.expires_at === null ? '' : `, signs until ${clock(secret.expires_at)}`}`,
    ),
  ].join('\n');
}

/** Where a subscription's events go, in a few words. */
function describeTarget(target: WebhookTarget): string {
  switch (target.kind) {
    case 'nats':
      return `agents${target.subject_name === undefined ? '' : `, as ${target.subject_name}`}`;
    case 'http':
      return target.url;
    case 'tool':
      return `tool ${target.tool}`;
    case 'plan':
      return `plan of ${target.plan.calls.length} calls`;
    case 'session':
      return `session ${target.session}`;
  }
}

function stateStyle(style: Style, state: WebhookSubscription['state']['value']): (text: string) => string {
  if (state === 'active') return style.good;
  return state === 'paused' ? style.warn : style.bad;
}

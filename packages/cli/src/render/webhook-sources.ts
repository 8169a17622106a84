import { hookPath, type WebhookSourceView } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { clock, type Style } from './style.ts';
import { renderTable } from './table.ts';

type Place = Pick<CommandContext, 'io' | 'style'>;

export function renderSources(sources: readonly WebhookSourceView[], { io, style }: Place): string {
  return renderTable(
    sources,
    [
      { title: 'SOURCE', value: ({ id }) => id, paint: style.quiet },
      { title: 'SCHEME', value: schemeOf, paint: style.name },
      {
        title: 'STATE',
        value: ({ enabled }) => (enabled ? 'on' : 'off'),
        paint: (text, { enabled }) => (enabled ? style.good : style.warn)(text),
      },
      {
        title: 'SECRETS',
        value: ({ mode, secrets }) => (mode === 'capture' ? '' : String(secrets.length)),
        align: 'right',
      },
      { title: 'NAME', value: ({ name }) => name },
      { title: 'URL', value: (source) => source.url ?? `?${hookPath(source.id)}`, flexible: true },
    ],
    { style, width: io.stdout.columns ?? 140 },
  );
}

/** Everything about one, but no secret: nobody but the vault has those. */
export function renderSource(source: WebhookSourceView, style: Style): string {
  const { id, tenant, name, mode, settings, secrets, dedup_window_h, enabled, created_at } = source;
  return [
    `${id}  ${style.name(schemeOf(source))} of tenant ${tenant}${name === '' ? '' : `, ${name}`}`,
    `  url      ${urlOf(source)}`,
    ...upstreamLines(source, style),
    ...(enabled ? [] : [`  state    ${style.warn('off')}: its URL answers as if it were not there`]),
    ...(source.variant === null ? [] : [`  variant  ${source.variant}`]),
    ...Object.entries(settings).map(([setting, value]) => `  setting  ${setting}=${value}`),
    ...secrets.map(
      (secret) =>
        `  secret   ${secret.id} since ${clock(secret.created_at)}${secret.expires_at === null ? '' : `, counts until ${clock(secret.expires_at)}`}`,
    ),
    ...(mode === 'verify' && secrets.length === 0 ? [`  secret   ${style.warn('none')}`] : []),
    ...(dedup_window_h === null ? [] : [`  window   ${dedup_window_h} h in which a second copy is the same event`]),
    `  since    ${clock(created_at)}`,
  ].join('\n');
}

/** What the vendor has of it. */
function upstreamLines({ id, upstream }: WebhookSourceView, style: Style): string[] {
  if (upstream === undefined) return [];
  const { integration, connection, events, state, webhook_id, expires_at } = upstream;
  const what = webhook_id === null ? 'a webhook' : `webhook ${webhook_id}`;
  return [
    state === 'registered'
      ? `  vendor   ${what} of ${integration}, over ${connection}${expires_at === null ? '' : `, until ${clock(expires_at)}`}`
      : `  vendor   ${style.warn('not settled')}: ${integration} may hold ${what}. Remove it: patchbay webhooks sources remove ${id}`,
    ...(events.length === 0 ? [] : [`  events   ${events.join(', ')}`]),
  ];
}

/** The URL to enter at the vendor, or what to do so that there is one. */
export function urlOf({ id, url }: Pick<WebhookSourceView, 'id' | 'url'>): string {
  return (
    url ??
    `none yet: the path is ${hookPath(id)}. Set PATCHBAY_INGRESS_PUBLIC_URL, or: patchbay webhooks sources change ${id} --public-url <url>`
  );
}

function schemeOf({ mode, scheme }: Pick<WebhookSourceView, 'mode' | 'scheme'>): string {
  return mode === 'capture' ? 'bin' : (scheme ?? '');
}

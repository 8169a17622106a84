import type { KeptRequest, StoredKeptRequest } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { renderRequest, renderSigned } from './hook-request.ts';
import { hintFor } from './refusal-hints.ts';
import { clock, type Style, visible } from './style.ts';
import { renderTable } from './table.ts';

export function renderKeptRequests(
  requests: readonly KeptRequest[],
  { io, style }: Pick<CommandContext, 'io' | 'style'>,
): string {
  return renderTable(
    requests,
    [
      { title: 'REQUEST', value: ({ id }) => id, paint: style.quiet },
      { title: 'TIME (UTC)', value: ({ received_at }) => clock(received_at) },
      { title: 'SOURCE', value: ({ source }) => source, paint: style.quiet },
      { title: 'SCHEME', value: ({ scheme }) => scheme ?? 'bin', paint: style.name },
      { title: 'ANSWER', value: ({ status }) => String(status), align: 'right' },
      { title: 'REASON', value: ({ reason }) => reason ?? '', paint: style.bad },
      { title: 'MESSAGE', value: ({ message, method, url }) => message ?? `${method} ${url}`, flexible: true },
    ],
    { style, width: Math.max(120, io.stdout.columns ?? 160) },
  );
}

/** A request that became no event: how it was judged, what was signed, and the request itself. */
export function renderKeptRequest(kept: StoredKeptRequest, style: Style, all = false): string {
  const body = Buffer.from(kept.body, 'base64');
  const cut =
    kept.body_bytes > body.length ? [style.quiet(`(of ${kept.body_bytes} bytes, ${body.length} are kept)`)] : [];
  return [
    `${kept.id}  ${style.name(kept.scheme ?? 'bin')}  ${kept.source}`,
    `  received  ${clock(kept.received_at)}, answered ${kept.status}`,
    ...verdictLines(kept, style, all),
    '',
    renderRequest({ method: kept.method, url: kept.url, headers: kept.headers, body }, style, all),
    ...cut,
  ].join('\n');
}

function verdictLines(kept: StoredKeptRequest, style: Style, all: boolean): string[] {
  if (kept.reason === null) return ['  captured: a bin takes everything and verifies nothing'];
  const hint = hintFor(kept.reason);
  const signed = kept.signed === null ? null : Buffer.from(kept.signed, 'base64');
  return [
    `  rejected  ${style.bad(kept.reason)} at step ${kept.step}${kept.variant === null ? '' : `, variant ${kept.variant}`}`,
    ...(kept.message === null ? [] : [`  because   ${visible(kept.message)}`]),
    ...(hint === null ? [] : [`  ${style.quiet('next')}      ${hint}`]),
    ...againLines(kept, style),
    ...(signed === null ? [] : ['', renderSigned(signed, style, all)]),
  ];
}

/** How to try a secret against it by hand. */
function againLines({ step, id, scheme, received_at, url }: StoredKeptRequest, style: Style): string[] {
  if (step !== 'verify' || scheme === null) return [];
  const [address = ''] = url.split('?');
  return [
    `  ${style.quiet('again')}     patchbay webhooks inspect ${id} --raw > request.http`,
    `            patchbay webhooks verify ${scheme} request.http --at ${received_at} --url ${address} --secret-file <file>`,
  ];
}

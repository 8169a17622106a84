import type { AuditEvent } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { duration, outcomeStyle, visible } from './style.ts';
import { renderTable } from './table.ts';

type Place = Pick<CommandContext, 'io' | 'style'>;

/** Events as a table, in the order given. */
export function renderAuditEvents(events: readonly AuditEvent[], { io, style }: Place): string {
  return renderTable(
    events,
    [
      { title: 'TIME (UTC)', value: ({ time }) => time.replace('T', ' ').replace('Z', ''), paint: style.quiet },
      {
        title: 'OUTCOME',
        value: ({ data }) => data.outcome,
        paint: (text, { data }) => outcomeStyle(style, data.outcome)(text),
      },
      { title: 'WHAT', value: whatOf },
      { title: 'TARGET', value: targetOf, paint: style.name },
      { title: 'BY', value: actorOf },
      {
        title: 'TOOK',
        value: ({ data }) => (data.duration_ms === undefined ? '' : duration(data.duration_ms)),
        align: 'right',
      },
      { title: 'DETAIL', value: detailOf, flexible: true, paint: style.quiet },
    ],
    { style, width: Math.max(100, io.stdout.columns ?? 160) },
  );
}

/** One event on one line, with columns that need no other event to line up. */
export function renderAuditLine(event: AuditEvent, { style }: Pick<Place, 'style'>): string {
  const { data } = event;
  return [
    style.quiet(event.time.slice(11, 23)),
    outcomeStyle(style, data.outcome)(data.outcome.padEnd(15)),
    visible(whatOf(event)).padEnd(19),
    style.name(visible(targetOf(event)).padEnd(32)),
    (data.duration_ms === undefined ? '' : duration(data.duration_ms)).padStart(7),
    ` ${visible(actorOf(event))}`,
    style.quiet(visible(detailOf(event))),
  ]
    .join(' ')
    .trimEnd();
}

/** `dev.patchbay.execution.finished` → `execution finished`. */
function whatOf({ type }: AuditEvent): string {
  return type.replace(/^dev\.patchbay\./, '').replaceAll('.', ' ');
}

function targetOf({ data }: AuditEvent): string {
  return data.tool ?? data.target.id;
}

function actorOf({ data: { actor } }: AuditEvent): string {
  return [actor.id, ...(actor.session === undefined ? [] : [actor.session])].join('/');
}

function detailOf({ data }: AuditEvent): string {
  return [
    data.error_code,
    data.upstream_status === undefined ? undefined : `HTTP ${data.upstream_status}`,
    data.replayed ? 'replayed' : undefined,
    data.execution_id,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}

import type { Latencies } from '@patchbay/load';
import type { CommandContext } from '../context.ts';
import type { LoadDocument } from '../load/load-document.ts';
import { count, duration } from './style.ts';
import { renderTable } from './table.ts';

/** How calls came: `at 200 calls a second`, `by 8 callers, one call after the other`. */
export function shapeText({ shape }: Pick<LoadDocument, 'shape'>): string {
  return shape.kind === 'open'
    ? `at ${shape.perSecond} calls a second, at most ${shape.mostInFlight} in flight`
    : `by ${count(shape.callers, 'caller')}, each one call after the other`;
}

const ends = { time: 'its time', calls: 'its number of calls', interrupted: 'being interrupted' } as const;

/** What a person should know before the figures are believed. */
export function doubtsOf({ generator, counts, shape, success }: LoadDocument): string[] {
  return [
    ...(generator.at_its_limit
      ? ['The generator was at its limit: the figures say more of it than of what it loaded.']
      : []),
    ...(counts.not_made > 0
      ? [
          `${counts.not_made} calls were due and never made, for ${shape.kind === 'open' ? shape.mostInFlight : ''} were in flight.`,
        ]
      : []),
    ...(counts.unanswered > 0 ? [`${count(counts.unanswered, 'call')} had no answer when waiting ended.`] : []),
    ...(success === null ? ['No call was made in the measured time.'] : []),
  ];
}

/** Of which times there is a row, and what they are. */
export function timesOf({ shape, response_ms, service_ms, unsuccessful_ms }: LoadDocument): [string, Latencies][] {
  const rows: [string, Latencies][] = [
    [shape.kind === 'open' ? 'from when due' : 'corrected', response_ms],
    ['from when made', service_ms],
    ['unsuccessful', unsuccessful_ms],
  ];
  return rows.filter(([, times]) => times.count > 0);
}

/** A load's report, for a person at a terminal. */
export function renderLoad(document: LoadDocument, { io, style }: Pick<CommandContext, 'io' | 'style'>): string {
  const { over, seconds, counts, per_second, success, errors, ended_by, by_what, expectations, generator } = document;
  const width = io.stdout.columns ?? 120;
  const ms = (value: number | null) => (value === null ? '' : duration(value));
  const unsuccessful = counts.made - counts.succeeded;
  const percent = success === null ? '' : `, ${(success * 100).toFixed(success === 1 ? 0 : 3)} % succeeded`;
  const head = [
    `${counts.made} calls over ${over} in ${seconds.toFixed(1)} s, ${shapeText(document)}; ended by ${ends[ended_by]}`,
    `${style.strong(`${per_second.toFixed(1)} calls/s`)}${unsuccessful > 0 ? style.bad(percent) : percent}; generator used ${Math.round(generator.processor * 100)} % of a processor`,
  ];
  const times = renderTable(
    timesOf(document),
    [
      { title: 'TIMES', value: ([name]) => name, paint: style.name },
      { title: 'CALLS', value: ([, { count: calls }]) => String(calls), align: 'right' },
      ...(['mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const).map((name) => ({
        title: name === 'p999' ? 'P99.9' : name.toUpperCase(),
        value: ([, one]: [string, Latencies]) => ms(one[name]),
        align: 'right' as const,
      })),
    ],
    { style, width },
  );
  const kinds = renderTable(
    by_what.length > 1 ? by_what : [],
    [
      { title: 'CALLED', value: ({ what }) => what, paint: style.name, flexible: true },
      { title: 'SUCCEEDED', value: ({ succeeded }) => String(succeeded), align: 'right' },
      { title: 'NOT', value: ({ unsuccessful: not }) => String(not), align: 'right' },
      { title: 'P50', value: ({ latency_ms }) => ms(latency_ms.p50), align: 'right' },
      { title: 'P99', value: ({ latency_ms }) => ms(latency_ms.p99), align: 'right' },
    ],
    { style, width },
  );
  const codes = Object.entries(errors).map(([code, times]) => `${code} ${times}`);
  const notes = [
    ...(codes.length > 0 ? [style.bad(`not succeeded: ${codes.join(', ')}`)] : []),
    ...doubtsOf(document).map(style.warn),
    ...expectations.map((one) => (one.met ? style.good : style.bad)(expectationText(one))),
  ];
  return [head.join('\n'), times, kinds, notes.join('\n')].filter((part) => part !== '').join('\n\n');
}

/** `met: success of at least 99.9 %, was 100 %` */
export function expectationText({ what, expected, got, met }: LoadDocument['expectations'][number]): string {
  const digits = (value: number) => String(Number(value.toFixed(3)));
  const text =
    what === 'success_percent'
      ? `success of at least ${digits(expected)} %, was ${got === null ? 'none' : `${digits(got)} %`}`
      : `p99 of at most ${digits(expected)} ms, was ${got === null ? 'none' : `${digits(got)} ms`}`;
  return `${met ? 'met' : 'not met'}: ${text}`;
}

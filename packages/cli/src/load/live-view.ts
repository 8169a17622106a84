import type { LoadSample } from '@patchbay/load';
import asciichart from 'asciichart';
import type { CommandContext } from '../context.ts';
import { duration } from '../render/style.ts';

/** Lines of each chart. */
const chartHeight = 6;
/** Columns of a chart's numbers and axis. */
const labelWidth = 12;
/** Lines that the drawing takes: on a lower terminal it could not be drawn over. */
const leastRows = 2 * (chartHeight + 1) + 4;
/** Seconds between lines where there is no terminal. */
const lineEverySeconds = 5;

/** What is shown of a load while it runs. */
export interface LiveView {
  /** Null: it warms up. */
  show(sample: LoadSample | null): void;
}

/**
 * On a terminal calls a second and times are drawn as they come, in the same place; elsewhere there is a line now and then.
 * With --json nothing.
 */
export function liveView(
  context: Pick<CommandContext, 'io' | 'style' | 'globals' | 'note'>,
  seconds: number,
): LiveView {
  if (context.globals.json) return { show() {} };
  const { isTTY, rows = leastRows } = context.io.stderr;
  return isTTY === true && rows >= leastRows ? drawn(context, seconds) : told(context, seconds);
}

function drawn({ io, style }: Pick<CommandContext, 'io' | 'style'>, seconds: number): LiveView {
  const samples: LoadSample[] = [];
  const colors = style.good('x') === 'x' ? [] : [asciichart.yellow, asciichart.green];
  let lines = 0;
  const redraw = (text: string) => {
    // Up to where the last drawing began, and away with it.
    io.stderr.write(`${lines > 0 ? `\u001b[${lines}A` : ''}\u001b[J${text}\n`);
    lines = text.split('\n').length;
  };
  return {
    show(sample) {
      if (sample === null) return redraw(style.quiet('warming up'));
      samples.push(sample);
      const width = Math.max(20, (io.stderr.columns ?? io.stdout.columns ?? 100) - labelWidth - 2);
      const shown = samples.slice(-width);
      redraw(
        [
          style.strong('calls a second'),
          plot([shown.map(({ per_second }) => per_second)]),
          `${style.strong('milliseconds')}  ${style.good('p50')}  ${style.warn('p99')}`,
          plot([shown.map(({ p99_ms }) => p99_ms ?? 0), shown.map(({ p50_ms }) => p50_ms ?? 0)], colors),
          lineOf(sample, seconds, style.bad),
        ].join('\n'),
      );
    },
  };
}

function told({ note, style }: Pick<CommandContext, 'note' | 'style'>, seconds: number): LiveView {
  let warming = false;
  let next = 0;
  return {
    show(sample) {
      if (sample === null) {
        if (!warming) note('warming up');
        warming = true;
        return;
      }
      if (sample.at < next) return;
      next = sample.at + lineEverySeconds;
      note(lineOf(sample, seconds, style.bad));
    },
  };
}

function plot(series: readonly (readonly number[])[], colors: string[] = []): string {
  return asciichart.plot(
    series.map((values) => [...values]),
    {
      height: chartHeight,
      min: 0,
      colors,
      format: (value) => value.toFixed(value < 10 ? 1 : 0).padStart(labelWidth - 4),
    },
  );
}

function lineOf(sample: LoadSample, seconds: number, bad: (text: string) => string): string {
  const ms = (value: number | null) => (value === null ? 'none' : duration(value));
  const parts = [
    `${Math.round(sample.at)} of ${seconds} s`,
    `${Math.round(sample.per_second)} calls/s`,
    `p50 ${ms(sample.p50_ms)}`,
    `p99 ${ms(sample.p99_ms)}`,
    `${sample.in_flight} in flight`,
    ...(sample.unsuccessful > 0 ? [bad(`${sample.unsuccessful} unsuccessful`)] : []),
  ];
  return parts.join('  ');
}

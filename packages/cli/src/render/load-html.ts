import type { LoadSample } from '@patchbay/load';
import type { LoadDocument } from '../load/load-document.ts';
import { doubtsOf, expectationText, shapeText, timesOf } from './load-report.ts';

const width = 720;
const height = 180;
const left = 56;

const escaped = (text: string | number) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** A load's report as one page of HTML that asks for nothing else, with its course drawn. */
export function loadHtml(document: LoadDocument): string {
  const { over, started_at, tenant, counts, per_second, errors, samples, called, seconds, machine } = document;
  const title = escaped(`Load over ${over}, ${started_at.slice(0, 16).replace('T', ' ')} UTC`);
  const ms = (value: number | null) => (value === null ? '' : value.toFixed(2));
  const calls = { ...counts, 'succeeded a second': per_second.toFixed(1) };
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  table { border-collapse: collapse; margin: 1rem 0; }
  th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid #8886; }
  th:first-child, td:first-child { text-align: left; }
  svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: currentColor; }
</style>
<h1>${title}</h1>
<p>${escaped(`${called.map(({ what }) => what).join(', ')} of tenant ${tenant}, ${shapeText(document)}, for ${seconds.toFixed(1)} seconds. ${machine.processors} processors, Node.js ${machine.node}.`)}</p>
${[...doubtsOf(document), ...document.expectations.map(expectationText)].map((line) => `<p><strong>${escaped(line)}</strong></p>`).join('\n')}
${tableOf(['calls', ...Object.keys(calls)], [['', ...Object.values(calls)]])}
${tableOf(
  ['milliseconds', 'calls', 'mean', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'max'],
  timesOf(document).map(([name, { count, mean, p50, p90, p95, p99, p999, max }]) => [
    name,
    count,
    ...[mean, p50, p90, p95, p99, p999, max].map(ms),
  ]),
)}
${Object.keys(errors).length > 0 ? tableOf(['not succeeded', 'calls'], Object.entries(errors)) : ''}
<h2>Calls a second</h2>
${chart(samples, [['#2a7de1', 'succeeded', ({ per_second: value }) => value]])}
<h2>Milliseconds</h2>
${chart(samples, [
  ['#d97706', 'p99', ({ p99_ms: value }) => value ?? 0],
  ['#16a34a', 'p50', ({ p50_ms: value }) => value ?? 0],
])}
</html>
`;
}

function tableOf(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (tag: string, cells: readonly (string | number)[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>\n${[line('th', heads), ...rows.map((row) => line('td', row))].join('\n')}\n</table>`;
}

type Series = readonly [color: string, name: string, value: (sample: LoadSample) => number];

function chart(samples: readonly LoadSample[], series: readonly Series[]): string {
  const most = Math.max(1, ...samples.flatMap((sample) => series.map(([, , value]) => value(sample))));
  const until = Math.max(1, samples.at(-1)?.at ?? 1);
  const x = (at: number) => (left + (at / until) * (width - left)).toFixed(1);
  const y = (value: number) => (height - (value / most) * height).toFixed(1);
  const grid = [0, 0.5, 1].map(
    (share) =>
      `<line x1="${left}" x2="${width}" y1="${y(most * share)}" y2="${y(most * share)}" stroke="#8886"/><text x="${left - 6}" y="${y(most * share)}" text-anchor="end" dominant-baseline="middle">${escaped(label(most * share))}</text>`,
  );
  const lines = series.map(
    ([color, , value]) =>
      `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${samples.map((sample) => `${x(sample.at)},${y(value(sample))}`).join(' ')}"/>`,
  );
  const names = series.map(
    ([color, name], index) =>
      `<text x="${width - 60 * (series.length - index)}" y="-6" style="fill:${color}">${name}</text>`,
  );
  const about = escaped(series.map(([, name]) => name).join(' and '));
  return `<svg viewBox="0 -20 ${width} ${height + 44}" role="img" aria-label="${about} over time">${[...grid, ...lines, ...names].join('')}<text x="${width}" y="${height + 18}" text-anchor="end">${Math.round(until)} s</text></svg>`;
}

function label(value: number): string {
  return value.toFixed(value < 10 ? 1 : 0);
}

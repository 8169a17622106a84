import { useEffect, useRef } from 'react';
import UPlot from 'uplot';

export interface Line {
  readonly label: string;
  /** One for each place; null leaves a gap. */
  readonly values: readonly (number | null)[];
  readonly unit: string;
}

interface Given {
  readonly title: string;
  /** What it shows in words, for who does not see it. */
  readonly summary: string;
  /** Unix seconds. */
  readonly at: readonly number[];
  readonly lines: readonly Line[];
  readonly bars?: boolean;
}

const height = 190;
/** A custom property as a canvas takes it: the browser works out light and dark. */
function colour(probe: HTMLElement, name: string): string {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const hourAndMinute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const withSeconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Unix seconds as times of day, or as days where they are far apart. */
function clockTimes(at: readonly number[]): string[] {
  const gap = (at[1] ?? 0) - (at[0] ?? 0);
  const format = gap >= 86_400 ? dayAndMonth : gap >= 60 ? hourAndMinute : withSeconds;
  return at.map((one) => format.format(one * 1_000));
}

/** Lines over time. */
export function LineChart({ title, summary, at, lines, bars = false }: Given) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const latest = useRef<UPlot.AlignedData>([[]]);
  latest.current = [[...at], ...lines.map(({ values }) => [...values])];
  const shape = JSON.stringify(lines.map(({ label, unit }) => [label, unit]));

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const series = JSON.parse(shape) as [label: string, unit: string][];
    const draw = () => {
      plot.current?.destroy();
      const probe = document.createElement('span');
      element.append(probe);
      const [text, line] = [colour(probe, '--muted'), colour(probe, '--line')];
      const axis = { stroke: text, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
      const options: UPlot.Options = {
        width: Math.max(200, element.clientWidth),
        height,
        cursor: { y: false },
        legend: { live: true },
        scales: { y: { range: (_self, _least, most) => [0, Math.max(1, most * 1.1)] } },
        axes: [
          { ...axis, space: 90, values: (_self, splits) => clockTimes(splits) },
          { ...axis, size: 58 },
        ],
        series: [
          {},
          ...series.map(([label, unit], index) => {
            const stroke = colour(probe, `--chart-${index + 1}`);
            return {
              label: `${label}, ${unit}`,
              stroke,
              width: 2,
              ...(index > 0 && { dash: [6, 4] }),
              ...(bars && UPlot.paths.bars && { paths: UPlot.paths.bars({ size: [0.7, 40] }), fill: stroke }),
              points: { show: !bars, size: 4 },
              value: (_self: UPlot, value: number | null) => (value === null ? '–' : `${Math.round(value * 10) / 10}`),
            };
          }),
        ],
      };
      probe.remove();
      plot.current = new UPlot(options, latest.current, element);
    };
    draw();
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: Math.max(200, element.clientWidth), height }),
    );
    resized.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    window.addEventListener('patchbay-theme', draw);
    return () => {
      resized.disconnect();
      scheme.removeEventListener('change', draw);
      window.removeEventListener('patchbay-theme', draw);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape, bars]);

  // After every render: what is drawn follows what is known.
  useEffect(() => plot.current?.setData(latest.current));

  return (
    <section className="card" aria-label={title}>
      <h2>{title}</h2>
      <p className="hidden-visually">{summary}</p>
      <div className="chart" ref={place} aria-hidden="true" />
    </section>
  );
}

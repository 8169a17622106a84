import type { HistogramValue, Metric } from '@patchbay/service-kit';

/**
 * Metrics in Prometheus' text format, under the names that OpenTelemetry's rules make of theirs: dots become underscores,
 * the unit and, of a sum, `total` are added.
 * Sources: Prometheus, "Exposition formats", text format 0.0.4; OpenTelemetry, "Prometheus and OpenMetrics Compatibility".
 */
export function prometheusText(metrics: readonly Metric[]): string {
  const lines = metrics.flatMap((metric) => {
    const name = `${wordOf(metric.name)}${metric.unit === 's' ? '_seconds' : ''}${metric.kind === 'sum' ? '_total' : ''}`;
    const type = metric.kind === 'sum' ? 'counter' : metric.kind;
    return [
      `# HELP ${name} ${metric.description.replace(/[\\\n]/g, (c) => (c === '\n' ? '\\n' : '\\\\'))}`,
      `# TYPE ${name} ${type}`,
      ...(metric.kind === 'histogram'
        ? metric.points.flatMap(({ attributes, value }) => histogramLines(name, labelsOf(attributes), value))
        : metric.points.map(({ attributes, value }) => `${name}${braced(labelsOf(attributes))} ${value}`)),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function histogramLines(
  name: string,
  labels: readonly string[],
  { count, sum, counts, bounds }: HistogramValue,
): string[] {
  let below = 0;
  const buckets = bounds.map((bound, at) => {
    below += counts[at] ?? 0;
    return `${name}_bucket${braced([...labels, `le="${bound}"`])} ${below}`;
  });
  return [
    ...buckets,
    `${name}_bucket${braced([...labels, 'le="+Inf"'])} ${count}`,
    `${name}_sum${braced(labels)} ${sum}`,
    `${name}_count${braced(labels)} ${count}`,
  ];
}

function labelsOf(attributes: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(attributes).map(([name, value]) => `${wordOf(name)}="${escaped(String(value))}"`);
}

const braced = (labels: readonly string[]) => (labels.length === 0 ? '' : `{${labels.join(',')}}`);
const wordOf = (name: string) => name.replace(/[^a-zA-Z0-9_]/g, '_');
const escaped = (value: string) => value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`));

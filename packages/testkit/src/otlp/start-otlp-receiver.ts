import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Value = { stringValue?: string; intValue?: number | string; doubleValue?: number; boolValue?: boolean };
type Attributes = { key: string; value: Value }[];

export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface ReceivedPoint {
  readonly metric: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Of a histogram. */
  readonly count: number | null;
  readonly value: number | null;
}

/** A collector of the testkit's own: takes OTLP/HTTP in its JSON encoding and gives what it got. */
export interface OtlpReceiver {
  readonly url: string;
  spans(): readonly ReceivedSpan[];
  /** Of the newest export of each metric. */
  points(): readonly ReceivedPoint[];
  /** Everything received, headers too, as it came. */
  raw(): string;
  stop(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const bodies: string[] = [];
  const heads: string[] = [];
  const spans: ReceivedSpan[] = [];
  const points = new Map<string, ReceivedPoint[]>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    bodies.push(body);
    heads.push(JSON.stringify(request.headers));
    const decoded = JSON.parse(body);
    if (request.url === '/v1/traces') spans.push(...spansOf(decoded));
    else if (request.url === '/v1/metrics') for (const [name, list] of pointsOf(decoded)) points.set(name, list);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => spans,
    points: () => [...points.values()].flat(),
    raw: () => [...heads, ...bodies].join('\n'),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: the shape is OTLP's, read as far as it is needed
function spansOf(body: any): ReceivedSpan[] {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return body.resourceSpans.flatMap(({ resource, scopeSpans }: any) =>
    // biome-ignore lint/suspicious/noExplicitAny: as above
    scopeSpans.flatMap(({ spans }: any) =>
      // biome-ignore lint/suspicious/noExplicitAny: as above
      spans.map((span: any) => ({
        service: attributesOf(resource.attributes)['service.name'],
        name: span.name,
        kind: span.kind,
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        attributes: attributesOf(span.attributes),
      })),
    ),
  );
}

// biome-ignore lint/suspicious/noExplicitAny: the shape is OTLP's, read as far as it is needed
function pointsOf(body: any): [string, ReceivedPoint[]][] {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const metrics = body.resourceMetrics.flatMap((one: any) => one.scopeMetrics.flatMap((scope: any) => scope.metrics));
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return metrics.map((metric: any) => [
    metric.name,
    // biome-ignore lint/suspicious/noExplicitAny: as above
    (metric.histogram ?? metric.sum ?? metric.gauge).dataPoints.map((point: any) => ({
      metric: metric.name,
      unit: metric.unit,
      attributes: attributesOf(point.attributes),
      count: point.count === undefined ? null : Number(point.count),
      value: point.asInt ?? point.asDouble ?? null,
    })),
  ]);
}

function attributesOf(attributes: Attributes = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

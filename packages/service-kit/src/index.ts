export { answeredSockets } from './answered-sockets.ts';
export {
  type BaseConfig,
  ConfigError,
  holdsPassword,
  parseConfig,
  readBaseConfig,
  readKeyFile,
  readList,
  readRuntime,
  readSecretFile,
} from './config.ts';
export { followFile } from './follow-file.ts';
export { forbidDumps } from './forbid-dumps.ts';
export { inTime } from './in-time.ts';
export { createLogger, type Logger, scrub } from './logger.ts';
export { redisReport } from './redis-report.ts';
export { type RunningService, runMain, stopInOrder } from './run-main.ts';
export { selfReport } from './self-report.ts';
export { type HistogramValue, type Metric, numberMetric } from './telemetry/metric.ts';
export { startTelemetry, type Telemetry } from './telemetry/start-telemetry.ts';
export { traceRequests } from './telemetry/trace-requests.ts';
export { noTracing, type Span, type SpanAttributes, type Tracing } from './telemetry/tracing.ts';
export { childTraceparent, traceIdOf } from './trace-context.ts';

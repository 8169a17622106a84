export { type BaseConfig, ConfigError, parseConfig, readBaseConfig, readKeyFile, readSecretFile } from './config.ts';
export { createLogger, type Logger, scrub } from './logger.ts';
export { type RunningService, runMain, stopInOrder } from './run-main.ts';
export { childTraceparent, traceIdOf } from './trace-context.ts';

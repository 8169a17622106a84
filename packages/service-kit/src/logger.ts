import { type Logger as PinoLogger, pino } from 'pino';
import { openLogDestination } from './log-destination.ts';

export type Logger = PinoLogger;

/** Keys whose values never belong in a log line, at any depth and in any case. */
const secretKey =
  /(authorization|cookie|secret|password|passwd|token|api[-_]?key|seed|credential|private|mac_?key|ciphertext|sealed)/i;
/** Text that carries a secret by its shape: a URL's user info, a bearer word, an NKey seed. */
const secretText = /(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}|(:\/\/)[^/@\s]+@|\bS[UAOXNC][A-Z2-7]{56}\b/gi;

/** A value fit for a log: secret keys masked, secret shapes in text masked, depth and length bounded. */
export function scrub(value: unknown, depth = 0): unknown {
  if (typeof value === 'string')
    return value.length > 4_000 ? `${scrubText(value.slice(0, 4_000))}…` : scrubText(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth > 6) return '[deep]';
  if (value instanceof Error) {
    return {
      type: value.name,
      message: scrubText(value.message),
      stack: scrubText(value.stack ?? ''),
      ...('code' in value && { code: scrub(value.code, depth + 1) }),
      ...(value.cause !== undefined && { cause: scrub(value.cause, depth + 1) }),
    };
  }
  if (ArrayBuffer.isView(value)) return '[bytes]';
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => scrub(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, secretKey.test(key) ? '[secret]' : scrub(item, depth + 1)]),
  );
}

function scrubText(text: string): string {
  return text.replace(secretText, (_, word?: string, scheme?: string) =>
    word ? `${word}[secret]` : scheme ? '://[secret]@' : '[secret]',
  );
}

export interface LoggerOptions {
  readonly service: string;
  readonly instance: string;
  readonly logLevel: string;
  /** Path of a file that lines are appended to; null or omitted: standard output. */
  readonly logFile?: string | null;
}

/**
 * JSON lines. Every object logged passes `scrub`: redaction by listed paths misses nesting, other case and errors. A line that cannot be
 * written is no failure of whoever logs it.
 */
export function createLogger({ service, instance, logLevel, logFile }: LoggerOptions): Logger {
  const options = {
    level: logLevel,
    base: { service, instance },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (line: object) => scrub(line) as Record<string, unknown>,
    },
    serializers: { err: (error: unknown) => scrub(error) },
    hooks: {
      logMethod(this: PinoLogger, args: unknown[], method: (...rest: unknown[]) => void) {
        method.apply(
          this,
          args.map((arg) => (typeof arg === 'string' ? scrubText(arg) : arg)),
        );
      },
    },
  };
  const destination = openLogDestination(logFile ?? null, (dropped) =>
    log.warn({ dropped }, 'log lines could not be written for a while'),
  );
  const log: Logger = pino(options as never, destination);
  return log;
}

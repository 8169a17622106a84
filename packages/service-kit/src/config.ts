import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import type { HealthListen } from './health.ts';
import { parseHeaders, type TelemetryConfig, telemetryVariables } from './telemetry/telemetry-config.ts';

/** A service cannot start with the variables it was given. The message names each one and what it should be. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

/** Parses the variables a schema names; others are ignored. Values never appear in the error. */
export function parseConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, env[name] === '' ? undefined : env[name]]),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(
    (issue) =>
      `  ${issue.path.join('.')}: ${given[String(issue.path[0])] === undefined ? 'is not set' : issue.message}`,
  );
  throw new ConfigError(`The configuration is incomplete or wrong:\n${lines.join('\n')}`);
}

/** The entries of a comma list, without spaces around them and without empty ones. */
export function readList(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/**
 * Reads a file that holds a secret, without its trailing newline.
 * @throws ConfigError when it is missing, empty, or readable by group or others.
 */
export function readSecretFile(path: string): string {
  let mode: number;
  let text: string;
  try {
    mode = statSync(path).mode;
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(
      `The secret file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    );
  }
  if ((mode & 0o077) !== 0)
    throw new ConfigError(`The secret file ${path} is readable by others. Run: chmod 600 ${path}`);
  if (text === '') throw new ConfigError(`The secret file ${path} is empty.`);
  return text;
}

/** Whether a URL holds a password, which belongs in a file: arguments and environments of processes are not secret. */
export function holdsPassword(url: string): boolean {
  return Boolean(URL.parse(url)?.password) || /[?&]password=/i.test(url);
}

/** The variables every service has. */
const baseVariables = z.object({
  PATCHBAY_NATS_URLS: z.string().min(1),
  PATCHBAY_NKEY_SEED_FILE: z.string().min(1),
  PATCHBAY_MODE: z.enum(['development', 'production']).default('production'),
  PATCHBAY_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** Lines go here instead of standard output. */
  PATCHBAY_LOG_FILE: z.string().optional(),
  PATCHBAY_INSTANCE: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional(),
  PATCHBAY_AUDIT_MAC_KEY_FILE: z.string().min(1),
  PATCHBAY_AUDIT_SPOOL_DIR: z.string().min(1).optional(),
  PATCHBAY_AUDIT_SPOOL_MAX_BYTES: z.coerce.number().int().min(4_096).default(268_435_456),
  /** A file, because headers carry the collector's key. */
  PATCHBAY_OTLP_HEADERS_FILE: z.string().optional(),
  ...telemetryVariables,
});

export interface BaseConfig {
  /** One or several URLs of one NATS cluster. */
  readonly natsUrls: readonly string[];
  /** NKey seed of this service. Secret. */
  readonly nkeySeed: string;
  readonly mode: 'development' | 'production';
  readonly logLevel: string;
  /** Null: standard output. */
  readonly logFile: string | null;
  /** Names this process in logs, audit and NATS. */
  readonly instance: string;
  /** 32 bytes shared with the audit service. Secret. */
  readonly auditMacKey: Buffer;
  /** Where audit records go that the stream does not take, and how many bytes of them; null or left out: nowhere. */
  readonly auditSpool?: { readonly dir: string; readonly maxBytes: number } | null;
  /** Null or left out: nothing is exported. */
  readonly telemetry?: TelemetryConfig | null;
}

/** How Node.js itself was started. */
export interface Runtime {
  readonly mode: 'development' | 'production';
  readonly nodeOptions: readonly string[];
  /** Whether Node.js prints what its own modules do. */
  readonly nodeDebug: boolean;
  /** Where a supervisor asks whether the service lives and is ready; null: nowhere. */
  readonly healthListen: HealthListen | null;
}

export function readRuntime(env: Readonly<Record<string, string | undefined>> = process.env): Runtime {
  return {
    mode: env.PATCHBAY_MODE === 'development' ? 'development' : 'production',
    nodeOptions: (env.NODE_OPTIONS ?? '')
      .replace(/["']/g, '')
      .split(/\s+/)
      .filter((option) => option !== ''),
    nodeDebug: (env.NODE_DEBUG ?? '') !== '' || (env.NODE_DEBUG_NATIVE ?? '') !== '',
    healthListen: readHealthListen(env.PATCHBAY_HEALTH_LISTEN ?? ''),
  };
}

/** @throws ConfigError for what is no address and port. */
function readHealthListen(text: string): HealthListen | null {
  if (text === '') return null;
  const [, host, port] = /^\[?([\w.:-]*?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || host === '' || Number(port) > 65_535)
    throw new ConfigError(`PATCHBAY_HEALTH_LISTEN takes an address and a port such as 0.0.0.0:9090, not '${text}'.`);
  return { host, port: Number(port) };
}

/** In containers the number alone is often the same. */
function ownName(service: string): string {
  const host = hostname()
    .replace(/[^\w-]/g, '-')
    .slice(0, 64 - service.length - 12);
  return `${service}-${host}-${process.pid}`;
}

/** The part of a service's configuration that all have. */
export function readBaseConfig(service: string, env: Readonly<Record<string, string | undefined>>): BaseConfig {
  const values = parseConfig(baseVariables, env);
  return {
    natsUrls: readList(values.PATCHBAY_NATS_URLS),
    nkeySeed: readSecretFile(values.PATCHBAY_NKEY_SEED_FILE),
    mode: values.PATCHBAY_MODE,
    logLevel: values.PATCHBAY_LOG_LEVEL,
    logFile: values.PATCHBAY_LOG_FILE ?? null,
    instance: values.PATCHBAY_INSTANCE ?? ownName(service),
    auditMacKey: readKeyFile(values.PATCHBAY_AUDIT_MAC_KEY_FILE),
    auditSpool:
      values.PATCHBAY_AUDIT_SPOOL_DIR === undefined
        ? null
        : { dir: values.PATCHBAY_AUDIT_SPOOL_DIR, maxBytes: values.PATCHBAY_AUDIT_SPOOL_MAX_BYTES },
    telemetry: telemetryOf(values),
  };
}

function telemetryOf(values: z.output<typeof baseVariables>): TelemetryConfig | null {
  if (values.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return null;
  const headersFile = values.PATCHBAY_OTLP_HEADERS_FILE;
  return {
    endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    headers: headersFile === undefined ? {} : parseHeaders(readSecretFile(headersFile)),
    sampler: values.OTEL_TRACES_SAMPLER,
    samplerRatio: values.OTEL_TRACES_SAMPLER_ARG,
    metricIntervalMs: values.OTEL_METRIC_EXPORT_INTERVAL,
    spanDelayMs: values.OTEL_BSP_SCHEDULE_DELAY,
  };
}

/** A 32-byte key stored as 64 hexadecimal digits. */
export function readKeyFile(path: string): Buffer {
  const text = readSecretFile(path);
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new ConfigError(`The key file ${path} does not hold 64 hexadecimal digits.`);
  return Buffer.from(text, 'hex');
}

import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { IntegrationId } from '@patchbay/contracts';
import { holdsPassword } from '@patchbay/service-kit';

/** Where the audit database is: its URL, which holds no password, or a file with it. */
export type DatabasePlace = { readonly url: string } | { readonly urlFile: string };

export interface LauncherConfig {
  readonly help: boolean;
  readonly json: boolean;
  readonly once: boolean;
  readonly shape: 'one_process' | 'processes';
  readonly executors: number;
  readonly ingresses: number;
  readonly sandbox: boolean;
  readonly stateDir: string;
  /** The folder whose files are integrations, served as they change. */
  readonly integrationsDir: string;
  /** Which integrations of the shipped catalogue there are. */
  readonly catalogue: true | readonly string[];
  /** Programs that executors may run as MCP servers, as `PATCHBAY_MCP_COMMANDS` takes them. */
  readonly mcpCommands: string;
  readonly logLevel: string;
  /** Null: PGlite in the state directory. */
  readonly database: DatabasePlace | null;
  /** Age at which messages of stream `AUDIT` go; null: never. */
  readonly auditStreamDays: number | null;
  /** Port on the loopback where people connect accounts by OAuth; null: nowhere. */
  readonly connectPort: number | null;
  /** Ports to take in place of the usual ones; 0 takes any. */
  readonly ports: Readonly<Partial<Record<PortName, number>>>;
}

const portNames = ['nats', 'redis', 'sandbox', 'ingress', 'gateway'] as const;
type PortName = (typeof portNames)[number];

export const usage = `Usage: npm start -- [options]

Starts Patchbay on this machine: nats-server, redis-server, every service, a demo tenant and the sandbox. Executes one
tool call, prints what happened, and stays up until Ctrl-C.

  --processes        run each service as a process of its own (default: one process hosts all)
  --executors N      executors to run, 1 to 32 (default 1)
  --ingresses N      with --processes: ingresses that take webhooks in at the one port, 1 to 32 (default 1)
  --live             call the real upstream hosts instead of the sandbox
  --state DIR        where keys, streams, database and logs are kept (default .patchbay)
  --integrations DIR the folder whose files are integrations, served as they change (default: integrations in the
                     working directory if it is there, else integrations in the state)
  --catalogue LIST   of the integrations that come with Patchbay only these: slack,hubspot (default all)
  --mcp-commands LIST  programs that may be run as MCP servers: weather=/opt/mcp/weather,…
  --database URL     postgres://… instead of the built-in PGlite, without a password
  --database-url-file FILE  the same by a file, for a URL with a password
  --audit-stream-days N  let messages of the audit stream go after N days, 7 to 36500 (default: never); the database
                     keeps what it has stored of them
  --connect-port N   serve the pages where accounts are connected by OAuth, at http://127.0.0.1:N
  --ports LIST       ports to take if they are free, 0 for any: gateway=8080,ingress=8081,sandbox=0,nats=4222,redis=0
                     (default gateway 7700, ingress 7720, sandbox 4010, others any)
  --log-level LEVEL  trace, debug, info, warn, error, fatal or silent (default info), written to the state's logs
  --once             stop after the first call
  --json             print one JSON object instead of text
  --help             this text
`;

/** A wrong option; the message says which and what is right. */
export class UsageError extends Error {}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** @throws UsageError */
export function readLauncherConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
  workingDirectory: string = process.cwd(),
): LauncherConfig {
  const values = parse(argv);
  const executors = processesOf('executors', values.executors);
  const ingresses = processesOf('ingresses', values.ingresses);
  if (ingresses > 1 && values.processes !== true)
    throw new UsageError('--ingresses takes processes of their own: add --processes.');
  const connectPort = values['connect-port'] === undefined ? null : Number(values['connect-port']);
  if (connectPort !== null && !(Number.isInteger(connectPort) && connectPort >= 1 && connectPort <= 65_535))
    throw new UsageError(`--connect-port takes a port from 1 to 65535, not '${values['connect-port']}'.`);
  const logLevel = values['log-level'] ?? 'info';
  if (!levels.includes(logLevel))
    throw new UsageError(`--log-level takes one of ${levels.join(', ')}, not '${logLevel}'.`);
  // Whole: the facts it holds name files in it, and their reader may stand elsewhere.
  const stateDir = resolve(
    values.state ?? env.PATCHBAY_STATE_DIR ?? join(fileURLToPath(new URL('../..', import.meta.url)), '.patchbay'),
  );
  return {
    help: values.help ?? false,
    json: values.json ?? false,
    once: values.once ?? false,
    shape: values.processes ? 'processes' : 'one_process',
    executors,
    ingresses,
    sandbox: !(values.live ?? false),
    stateDir,
    integrationsDir: resolve(values.integrations ?? ownFolder(workingDirectory) ?? join(stateDir, 'integrations')),
    catalogue: values.catalogue === undefined ? true : idsOf(values.catalogue),
    mcpCommands: values['mcp-commands'] ?? '',
    logLevel,
    database: databaseOf(values.database, values['database-url-file']),
    auditStreamDays: values['audit-stream-days'] === undefined ? null : daysOf(values['audit-stream-days']),
    connectPort,
    ports: values.ports === undefined ? {} : portsOf(values.ports),
  };
}

/** @throws UsageError for what is no number of processes. */
function processesOf(what: 'executors' | 'ingresses', text = '1'): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 32)
    throw new UsageError(`--${what} takes a whole number from 1 to 32, not '${text}'.`);
  return count;
}

/** @throws UsageError for two of them, or a password where everybody on the machine can read it. */
function databaseOf(url: string | undefined, urlFile: string | undefined): DatabasePlace | null {
  if (url !== undefined && urlFile !== undefined)
    throw new UsageError('Say --database or --database-url-file, not both.');
  if (urlFile !== undefined) return { urlFile: resolve(urlFile) };
  if (url === undefined) return null;
  if (holdsPassword(url))
    throw new UsageError(
      '--database takes no password: whoever is on this machine can read it. Write the URL to a file that only you can read, and name it with --database-url-file.',
    );
  return { url };
}

/** @throws UsageError for a name that nothing listens as, or what is no port. */
function portsOf(list: string): Partial<Record<PortName, number>> {
  const ports: Partial<Record<PortName, number>> = {};
  for (const entry of list.split(',')) {
    const [name, port] = entry.split('=').map((part) => part.trim());
    const known = portNames.find((one) => one === name);
    if (known === undefined || !/^\d{1,5}$/.test(port ?? '') || Number(port) > 65_535)
      throw new UsageError(
        `--ports takes names of ${portNames.join(', ')} with ports, as gateway=8080,sandbox=0; '${entry}' is none.`,
      );
    ports[known] = Number(port);
  }
  return ports;
}

/** @throws UsageError for less time than an audit service may be away, or what is no time. */
function daysOf(text: string): number {
  const days = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (days >= 7 && days <= 36_500) return days;
  throw new UsageError(`--audit-stream-days takes a whole number from 7 to 36500, not '${text}'.`);
}

/** @throws UsageError for what can be no id. */
function idsOf(list: string): string[] {
  const ids = list.split(',').map((id) => id.trim());
  const wrong = ids.find((id) => !IntegrationId.safeParse(id).success);
  if (wrong !== undefined) throw new UsageError(`--catalogue takes ids with commas between them; '${wrong}' is none.`);
  return ids;
}

/** A folder `integrations` that somebody made where they stand. */
function ownFolder(workingDirectory: string): string | null {
  const folder = join(workingDirectory, 'integrations');
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? folder : null;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        json: { type: 'boolean' },
        once: { type: 'boolean' },
        catalogue: { type: 'string' },
        'mcp-commands': { type: 'string' },
        'audit-stream-days': { type: 'string' },
        processes: { type: 'boolean' },
        live: { type: 'boolean' },
        executors: { type: 'string' },
        ingresses: { type: 'string' },
        state: { type: 'string' },
        integrations: { type: 'string' },
        database: { type: 'string' },
        'database-url-file': { type: 'string' },
        'log-level': { type: 'string' },
        'connect-port': { type: 'string' },
        ports: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nRun 'npm start -- --help' for the options.`);
  }
}

/** OpenTelemetry's own variables, passed on to every service. */
export function telemetryEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && (entry[0].startsWith('OTEL_') || entry[0] === 'PATCHBAY_OTLP_HEADERS_FILE'),
    ),
  );
}

/** What a Node.js child gets of our environment: where programs and compiled modules are, and nothing that could be a secret. */
export function childEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const { NODE_COMPILE_CACHE } = env;
  return { PATH: env.PATH ?? '', ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }) };
}

import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TenantId } from '@patchbay/contracts';
import { NotRunningError, UsageError } from './failures.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's variables; nothing else of this package reads them. */
export function readEnvironment(): Environment {
  return process.env;
}

/** The checkout that this command belongs to. */
export const checkout: string = fileURLToPath(new URL('../../..', import.meta.url));

/** What a running Patchbay left in `dev.json`. Credentials are paths of files. */
export interface LocalFacts {
  /** The state directory that holds the file. */
  readonly stateDir: string;
  readonly nats_url: string;
  readonly tenant: string;
  readonly agent_credentials: string;
  readonly admin_credentials: string;
  /** Where the API is served over HTTP. */
  readonly gateway_url: string;
  /** Where webhooks come to. */
  readonly webhooks_url: string;
  /** Null: executors call the real hosts. */
  readonly sandbox_url: string | null;
  /** File with the token that the sandbox's control surface asks for. */
  readonly sandbox_control_token: string | null;
  readonly pid: number;
  readonly shape: string;
  readonly executors: number;
}

/** Options that every command takes. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly tenant?: string;
  readonly nats?: string;
  readonly credentials?: string;
}

export interface Place {
  readonly env: Environment;
  readonly cwd: string;
}

export type Identity = 'agent' | 'admin';

export interface Target {
  readonly servers: readonly string[];
  readonly tenant: string;
  /** Path of a key file. */
  readonly credentials: string;
}

/** The facts of `PATCHBAY_STATE_DIR`, else of the nearest `.patchbay` at or above the working directory, or null. */
export function findFacts({ env, cwd }: Place): LocalFacts | null {
  if (env.PATCHBAY_STATE_DIR) return readFacts(resolve(cwd, env.PATCHBAY_STATE_DIR));
  for (let folder = cwd; ; folder = dirname(folder)) {
    const facts = readFacts(join(folder, '.patchbay'));
    if (facts !== null || folder === dirname(folder)) return facts;
  }
}

function readFacts(stateDir: string): LocalFacts | null {
  try {
    const facts = JSON.parse(readFileSync(join(stateDir, 'dev.json'), 'utf8')) as LocalFacts;
    return typeof facts.nats_url === 'string' ? { ...facts, stateDir } : null;
  } catch {
    return null;
  }
}

/** Whether the process that wrote the facts is still there. */
export function isAlive({ pid }: Pick<LocalFacts, 'pid'>): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Where to connect and as whom: options first, then the environment, then `dev.json`.
 * @throws NotRunningError when that leaves something open, UsageError for what cannot be right.
 */
export function resolveTarget(options: GlobalOptions, place: Place, identity: Identity): Target {
  const { env } = place;
  const facts = findFacts(place);
  const servers = options.nats ?? env.PATCHBAY_NATS_URL ?? facts?.nats_url;
  const tenant = tenantNamed(options, env, facts);
  const credentials = options.credentials ?? env.PATCHBAY_CREDENTIALS ?? facts?.[`${identity}_credentials`];
  if (servers === undefined || tenant === undefined || credentials === undefined) {
    const open = Object.entries({ '--nats': servers, '--tenant': tenant, '--credentials': credentials });
    throw new NotRunningError(
      'No running Patchbay was found from this directory.',
      open.filter(([, value]) => value === undefined).map(([name]) => name),
    );
  }
  checkTenant(tenant);
  return { servers: servers.split(',').map((url) => url.trim()), tenant, credentials: resolve(place.cwd, credentials) };
}

/** The tenant alone, for what goes over HTTP. @throws UsageError when nothing names it. */
export function tenantOf(options: GlobalOptions, place: Place): string {
  const tenant = tenantNamed(options, place.env, findFacts(place));
  if (tenant === undefined) throw new UsageError('Say whose tools they are by --tenant.');
  checkTenant(tenant);
  return tenant;
}

function tenantNamed(options: GlobalOptions, env: Environment, facts: LocalFacts | null): string | undefined {
  return options.tenant ?? env.PATCHBAY_TENANT ?? facts?.tenant;
}

function checkTenant(tenant: string): void {
  if (!TenantId.safeParse(tenant).success)
    throw new UsageError(`'${tenant}' is no tenant id: lower-case letters, digits and inner hyphens, at most 63.`);
}

/** Whether to colour, by the conventions of NO_COLOR and FORCE_COLOR. */
export function wantsColor(env: Environment, isTerminal: boolean): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return isTerminal && env.TERM !== 'dumb';
}

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inboxPrefixOf, inboxPrefixOfAccess, PatchbayError } from '@patchbay/contracts';
import { natsInboxNameOf, parseApiKey } from '@patchbay/identity';

/** How an agent reaches Patchbay. Whatever is left out comes from the environment, then from `.patchbay/dev.json`. */
export interface ConnectSettings {
  /** One NATS URL or several of one cluster. `PATCHBAY_NATS_URL` (comma list). */
  readonly servers?: string | readonly string[];
  /** `PATCHBAY_TENANT`. */
  readonly tenant?: string;
  /** Path of the file with the agent's NKey seed. `PATCHBAY_CREDENTIALS`. */
  readonly credentials?: string;
  /**
   * An API key (`pbk_…`), or a token of the tenant's issuer, in the place of an NKey. Secret. `PATCHBAY_API_KEY_FILE`, a file
   * that holds it. For agents only.
   */
  readonly apiKey?: string;
  /** Shown to operators. */
  readonly name?: string;
}

export interface ResolvedSettings {
  readonly servers: readonly string[];
  readonly tenant: string;
  /** Secret. */
  readonly seed: string | { readonly token: string };
  readonly inboxPrefix: string;
  readonly name: string;
}

/** The connection facts that `npm start` leaves for tools and scripts. */
export interface DevFacts {
  readonly nats_url: string;
  readonly tenant: string;
  readonly agent_credentials: string;
  readonly admin_credentials: string;
  readonly sandbox_url: string;
}

/** The connection facts of the running Patchbay: in `PATCHBAY_STATE_DIR`, else in this folder's or the nearest `.patchbay` above; or null. */
export function findDevFacts(
  from: string = process.cwd(),
  env: Readonly<Record<string, string | undefined>> = process.env,
): DevFacts | null {
  if (env.PATCHBAY_STATE_DIR !== undefined) return readFacts(join(env.PATCHBAY_STATE_DIR, 'dev.json'));
  for (let folder = from; ; folder = dirname(folder)) {
    const facts = readFacts(join(folder, '.patchbay', 'dev.json'));
    if (facts !== null || folder === dirname(folder)) return facts;
  }
}

function readFacts(path: string): DevFacts | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as DevFacts;
  } catch {
    return null;
  }
}

/** @throws PatchbayError `invalid_request` naming what is missing and where it may come from. */
export function resolveSettings(
  settings: ConnectSettings,
  identity: 'agent' | 'admin',
  env: Readonly<Record<string, string | undefined>> = process.env,
): ResolvedSettings {
  const facts = findDevFacts(process.cwd(), env);
  const servers = settings.servers ?? env.PATCHBAY_NATS_URL ?? facts?.nats_url;
  const tenant = settings.tenant ?? env.PATCHBAY_TENANT ?? facts?.tenant;
  const apiKey = identity === 'agent' ? apiKeyOf(settings, env) : undefined;
  const credentials = apiKey ?? settings.credentials ?? env.PATCHBAY_CREDENTIALS ?? facts?.[`${identity}_credentials`];
  const missing = Object.entries({ servers, tenant, credentials })
    .filter(([, value]) => value === undefined)
    .map(([name]) => name);
  if (missing.length > 0 || servers === undefined || tenant === undefined || credentials === undefined) {
    throw new PatchbayError('invalid_request', {
      message: `Missing ${missing.join(', ')}. Pass them to connect(), set PATCHBAY_NATS_URL, PATCHBAY_TENANT and PATCHBAY_CREDENTIALS, or run 'npm start' so that .patchbay/dev.json exists.`,
      details: { missing },
    });
  }
  return {
    servers: typeof servers === 'string' ? servers.split(',').map((url) => url.trim()) : servers,
    tenant,
    ...(apiKey === undefined
      ? {
          seed: readSecret(credentials),
          inboxPrefix: inboxPrefixOf(identity, identity === 'agent' ? tenant : undefined),
        }
      : { seed: { token: apiKey }, inboxPrefix: inboxPrefixOfAccess(tenant, natsInboxNameOf(holderOf(apiKey))) }),
    name: settings.name ?? identity,
  };
}

/** What is passed counts before what the environment names. */
function apiKeyOf(
  { apiKey, credentials }: ConnectSettings,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (apiKey !== undefined) return apiKey.trim();
  if (credentials !== undefined || env.PATCHBAY_API_KEY_FILE === undefined) return undefined;
  return readSecret(env.PATCHBAY_API_KEY_FILE);
}

/** Whose key or token it is, as far as it says so itself. @throws PatchbayError `invalid_request` for neither. */
function holderOf(apiKey: string): { readonly kind: 'key' | 'jwt'; readonly id: string } {
  const key = parseApiKey(apiKey);
  if (key !== null) return { kind: 'key', id: key.id };
  try {
    const { sub } = JSON.parse(Buffer.from(apiKey.split('.')[1] ?? '', 'base64url').toString()) as { sub?: unknown };
    if (typeof sub === 'string') return { kind: 'jwt', id: sub };
  } catch {
    // Said below, without what it was.
  }
  throw new PatchbayError('invalid_request', {
    message: 'The API key is none: expected pbk_… or a JSON Web Token with a subject.',
  });
}

function readSecret(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new PatchbayError('invalid_request', {
      message: `The credentials file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    });
  }
}

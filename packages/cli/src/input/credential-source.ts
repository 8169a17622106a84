import { type Auth, Credential, type GetIntegrationResult, issuesOf } from '@patchbay/contracts';
import { UsageError } from '../failures.ts';
import type { CliIo } from '../terminal.ts';
import { promptHidden, promptLine } from './prompt.ts';
import { readInput } from './read-source.ts';
import { readSecretFile, withoutLineEnd } from './secret-file.ts';

export interface CredentialOptions {
  readonly apiKeyFile?: string;
  readonly bearerFile?: string;
  readonly basicUser?: string;
  readonly passwordFile?: string;
  readonly oauth2File?: string;
  readonly customFile?: string;
}

type AuthType = Auth['type'];

/**
 * The credential for a connection: from the file that an option names, from standard input, or typed in unseen. Which
 * kind standard input and the prompt are for is what the integration's document says.
 * @throws UsageError; it never holds what was read.
 */
export async function readCredential(
  options: CredentialOptions,
  fromInput: boolean,
  auth: () => Promise<GetIntegrationResult['document']['auth']>,
  io: CliIo,
): Promise<Credential> {
  const ways = [
    options.apiKeyFile !== undefined,
    options.bearerFile !== undefined,
    options.basicUser !== undefined || options.passwordFile !== undefined,
    options.oauth2File !== undefined,
    options.customFile !== undefined,
    fromInput,
  ].filter(Boolean).length;
  if (ways > 1) throw new UsageError('Give the credential in one way only.');
  if (options.apiKeyFile !== undefined) return credentialOf('api_key', await readSecretFile(options.apiKeyFile, io));
  if (options.bearerFile !== undefined) return credentialOf('bearer', await readSecretFile(options.bearerFile, io));
  if (options.oauth2File !== undefined) return credentialOf('oauth2', await readSecretFile(options.oauth2File, io));
  if (options.customFile !== undefined) return credentialOf('custom', await readSecretFile(options.customFile, io));
  if (options.basicUser !== undefined || options.passwordFile !== undefined) {
    if (options.basicUser === undefined || options.passwordFile === undefined)
      throw new UsageError('--basic-user and --password-file go together.');
    const password = await readSecretFile(options.passwordFile, io);
    return checked({ type: 'basic', username: options.basicUser, password });
  }
  const { type, ...templates } = await auth();
  if (fromInput) return credentialOf(type, withoutLineEnd(await readInput(io)));
  if (!io.stdin.isTTY)
    throw new UsageError(
      'Say where the credential comes from: a file (--api-key-file and the like), - for standard input, or a terminal to ask at.',
    );
  return prompted(type, templates, io);
}

/** One line is a key or a token; JSON is a token response, `{username, password}`, or the fields of a custom scheme. */
function credentialOf(type: AuthType, text: string): Credential {
  if (type === 'none') throw new UsageError('This integration takes no credential.');
  if (type === 'api_key') return checked({ type, api_key: text });
  if (type === 'bearer') return checked({ type, token: text });
  const value = jsonObject(type, text);
  if (type === 'basic') return checked({ type, ...value });
  if (type === 'custom' || type === 'aws_sigv4') return checked({ type: 'custom', fields: value });
  return checked(tokenResponse(value));
}

/** RFC 6749 section 5.1: `expires_in` counts from now; what else the response holds is kept when it is text. */
function tokenResponse(value: Record<string, unknown>): Record<string, unknown> {
  const { access_token, refresh_token, token_type, scope, expires_in, expires_at, type: _, extra, ...others } = value;
  const ends = typeof expires_in === 'number' ? new Date(Date.now() + expires_in * 1_000).toISOString() : expires_at;
  const texts = Object.entries(others).filter(([, one]) => typeof one === 'string');
  const kept = { ...Object.fromEntries(texts), ...(extra as object | undefined) };
  const known = { access_token, refresh_token, token_type, scope, expires_at: ends };
  return {
    type: 'oauth2',
    ...Object.fromEntries(Object.entries(known).filter(([, one]) => one !== undefined && one !== null)),
    ...(Object.keys(kept).length > 0 && { extra: kept }),
  };
}

async function prompted(type: AuthType, templates: Omit<Auth, 'type'>, io: CliIo): Promise<Credential> {
  switch (type) {
    case 'none':
      throw new UsageError('This integration takes no credential.');
    case 'basic': {
      const username = await promptLine('User name: ', io);
      return checked({ type, username, password: await promptHidden('Password (not shown): ', io) });
    }
    case 'oauth2':
      return checked({ type, access_token: await promptHidden('Access token (not shown): ', io) });
    case 'bearer':
      return checked({ type, token: await promptHidden('Token (not shown): ', io) });
    case 'api_key':
      return checked({ type, api_key: await promptHidden('API key (not shown): ', io) });
    case 'aws_sigv4': {
      const fields = {
        access_key_id: await promptLine('Access key id: ', io),
        secret_access_key: await promptHidden('Secret access key (not shown): ', io),
        session_token: await promptHidden('Session token, empty where there is none (not shown): ', io),
      };
      const given = Object.entries(fields).filter(([, value]) => value !== '');
      return checked({ type: 'custom', fields: Object.fromEntries(given) });
    }
    case 'custom': {
      const fields: [string, string][] = [];
      for (const field of fieldsOf(templates)) fields.push([field, await promptHidden(`${field} (not shown): `, io)]);
      // A key that is the user name has no password beside it.
      const given = fields.filter(([name, value]) => name !== 'password' || value !== '');
      return checked({ type, fields: Object.fromEntries(given) });
    }
  }
}

/** Names in the templates of a custom scheme: `Key {api_key|base64}` needs `api_key`. */
export function fieldsOf({ headers, query, body }: Pick<Auth, 'headers' | 'query' | 'body'>): string[] {
  const templates = [headers, query, body].flatMap((part) => Object.values(part ?? {}));
  const names = templates.flatMap((template) =>
    [...template.matchAll(/\{([a-z][a-z0-9_]*)[|}]/g)].map(([, name]) => name as string),
  );
  // `{basic}` is made of the two.
  return [...new Set(names.flatMap((name) => (name === 'basic' ? ['username', 'password'] : [name])))];
}

function jsonObject(type: AuthType, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message would quote the secret.
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new UsageError(`A credential of type ${type} is given as a JSON object.`);
}

function checked(value: unknown): Credential {
  const parsed = Credential.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = issuesOf(parsed.error).map(({ path, message }) => `${path}: ${message}`);
  throw new UsageError(`The credential is not complete: ${issues.join('; ')}.`);
}

import type { Auth, Credential } from '@patchbay/contracts';

export interface CredentialField {
  readonly name: string;
  readonly label: string;
  /** Not shown while it is typed. */
  readonly secret: boolean;
  readonly required: boolean;
}

const one = (name: string, label: string, secret = true, required = true): CredentialField => ({
  name,
  label,
  secret,
  required,
});

/** What one has to give for an integration's kind of credential. */
export function credentialFields(auth: Pick<Auth, 'type' | 'headers' | 'query' | 'body'>): readonly CredentialField[] {
  switch (auth.type) {
    case 'api_key':
      return [one('api_key', 'API key')];
    case 'basic':
      return [one('username', 'User name', false), one('password', 'Password', true, false)];
    case 'bearer':
      return [one('token', 'Token')];
    case 'oauth2':
      return [one('access_token', 'Access token'), one('refresh_token', 'Refresh token', true, false)];
    case 'aws_sigv4':
      return [
        one('access_key_id', 'Access key id', false),
        one('secret_access_key', 'Secret access key'),
        one('session_token', 'Session token', true, false),
      ];
    case 'custom':
      return templateFields(auth).map((name) => one(name, name));
    case 'none':
      return [];
  }
}

/** The fields that a custom credential's templates name; `{basic}` is made of two. */
function templateFields({ headers = {}, query = {}, body = {} }: Pick<Auth, 'headers' | 'query' | 'body'>): string[] {
  const texts = [headers, query, body].flatMap((templates) => Object.values(templates));
  const names = texts.flatMap((text) =>
    [...text.matchAll(/\{([a-z][a-z0-9_]*)[|}]/g)].map(([, name]) => name as string),
  );
  return [...new Set(names.flatMap((name) => (name === 'basic' ? ['username', 'password'] : [name])))];
}

/** The credential as the API takes it; what is empty is left out. */
export function credentialOf({ type }: Pick<Auth, 'type'>, given: Readonly<Record<string, string>>): Credential | null {
  const text = (name: string) => given[name] ?? '';
  switch (type) {
    case 'api_key':
      return { type, api_key: text('api_key') };
    case 'basic':
      return { type, username: text('username'), password: text('password') };
    case 'bearer':
      return { type, token: text('token') };
    case 'oauth2':
      return {
        type,
        access_token: text('access_token'),
        token_type: 'Bearer',
        ...(text('refresh_token') !== '' && { refresh_token: text('refresh_token') }),
      };
    case 'aws_sigv4':
    case 'custom':
      return { type: 'custom', fields: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')) };
    case 'none':
      return null;
  }
}

import type { Credential } from '@patchbay/contracts';

/** The credential as named fields, for `custom` templates. */
export function credentialFields(credential: Credential): Record<string, string> {
  switch (credential.type) {
    case 'api_key':
      return { api_key: credential.api_key };
    case 'basic':
      return { username: credential.username, password: credential.password };
    case 'bearer':
      return { token: credential.token };
    case 'oauth2':
      return {
        ...credential.extra,
        ...credential.secrets,
        access_token: credential.access_token,
        token: credential.access_token,
      };
    case 'custom':
      return withBasic(credential.fields);
  }
}

/** The token of an `oauth2` or `bearer` credential, or `null` for other kinds. */
export function bearerTokenOf(credential: Credential): string | null {
  if (credential.type === 'oauth2') return credential.access_token;
  return credential.type === 'bearer' ? credential.token : null;
}

/**
 * The values that must never appear anywhere. A basic user name is one only when it is the key itself, which shows in
 * the blank or dummy password beside it (Stripe, Freshdesk).
 */
export function secretValues(credential: Credential): string[] {
  switch (credential.type) {
    case 'api_key':
      return [credential.api_key];
    case 'basic':
      return credential.password.length <= 3 ? [credential.username] : [credential.password];
    case 'bearer':
      return [credential.token];
    case 'oauth2':
      return [
        credential.access_token,
        ...(credential.refresh_token === undefined ? [] : [credential.refresh_token]),
        ...Object.values(credential.secrets ?? {}),
      ];
    case 'custom':
      return Object.values(withBasic(credential.fields));
  }
}

/** With a user name among them `basic` is what RFC 7617 makes of it and the password, for templates with more beside it. */
function withBasic(fields: Record<string, string>): Record<string, string> {
  const { username, password = '' } = fields;
  if (username === undefined || fields.basic !== undefined) return fields;
  return { ...fields, basic: Buffer.from(`${username}:${password}`).toString('base64') };
}

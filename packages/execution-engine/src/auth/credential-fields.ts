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
      return { ...credential.extra, access_token: credential.access_token, token: credential.access_token };
    case 'custom':
      return credential.fields;
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
      return credential.refresh_token === undefined
        ? [credential.access_token]
        : [credential.access_token, credential.refresh_token];
    case 'custom':
      return Object.values(credential.fields);
  }
}

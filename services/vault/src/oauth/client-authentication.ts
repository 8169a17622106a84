import { type Auth, type OAuthClient, PatchbayError } from '@patchbay/contracts';
import { importPKCS8 } from 'jose';
import { type ClientAuth, ClientSecretBasic, ClientSecretPost, None, PrivateKeyJwt } from 'oauth4webapi';

/** How the client proves itself, as the document says. @throws PatchbayError `invalid_request` when it cannot. */
export async function clientAuthentication(auth: Auth, client: OAuthClient): Promise<ClientAuth> {
  switch (auth.client_auth ?? 'post') {
    case 'none':
      return None();
    case 'private_key_jwt':
      return PrivateKeyJwt(await signingKey(client));
    case 'basic':
      return ClientSecretBasic(secretOf(client));
    case 'post':
      // A public client has no secret to show.
      return client.client_secret === undefined ? None() : ClientSecretPost(client.client_secret);
  }
}

/** The client's private key, ready to sign. @throws PatchbayError `invalid_request` without one, or when it is none. */
export async function signingKey({ private_key, key_id, algorithm = 'RS256' }: OAuthClient) {
  if (private_key === undefined) throw unusable('private_key', 'missing');
  try {
    const key = (await importPKCS8(private_key, algorithm)) as CryptoKey;
    return { key, alg: algorithm, ...(key_id !== undefined && { kid: key_id }) };
  } catch {
    // The cause could quote the key.
    throw unusable('private_key', `not a PKCS #8 key for ${algorithm}`);
  }
}

function secretOf({ client_secret }: OAuthClient): string {
  if (client_secret === undefined) throw unusable('client_secret', 'missing');
  return client_secret;
}

function unusable(path: string, message: string): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: `The OAuth client is not usable: ${path}: ${message}.`,
    details: { issues: [{ path, message }] },
  });
}

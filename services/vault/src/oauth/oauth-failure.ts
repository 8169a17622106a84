/** Why a token endpoint gave no token. Texts hold nothing of what was sent or answered but the error code. */
export class OAuthFailure extends Error {
  /**
   * `refused`: the grant itself is no good (any more), and asking again changes nothing. `client`: the vendor does not
   * accept our app. `unavailable`: no usable answer; asking again may help. `pending`: the user is not done yet.
   */
  readonly kind: 'refused' | 'client' | 'unavailable' | 'pending';
  /** The vendor's error code, such as `invalid_grant`, or ours. At most 64 letters, digits and `_`. */
  readonly code: string;

  constructor(kind: OAuthFailure['kind'], code: string, cause?: unknown) {
    super(`The token endpoint gave no token: ${code}.`, cause === undefined ? undefined : { cause });
    this.name = 'OAuthFailure';
    this.kind = kind;
    this.code = code;
  }
}

/** Characters from which on a part of a secret says something about it. */
const tellingLength = 8;

/** The code, or null for what is none: a vendor that echoes what it was sent may do so here as well. */
export function plainCode(code: string, secrets: readonly (string | undefined)[]): string | null {
  if (!/^[A-Za-z0-9_]{1,64}$/.test(code)) return null;
  const echoed = secrets.some(
    (secret = '') =>
      (secret.length >= tellingLength && code.includes(secret)) ||
      (code.length >= tellingLength && secret.includes(code)),
  );
  return echoed ? null : code;
}

const pending = new Set(['authorization_pending', 'slow_down']);
const ours = new Set([
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'bad_client_secret',
  'invalid_client_id',
]);

/**
 * What an OAuth error code in an answer means (RFC 6749 section 5.2, RFC 8628 section 3.5). One that has something of
 * `secrets` in it is not repeated.
 */
export function refusedWith(code: string, secrets: readonly (string | undefined)[] = []): OAuthFailure {
  const plain = plainCode(code, secrets) ?? 'unreadable_error';
  if (pending.has(plain)) return new OAuthFailure('pending', plain);
  if (plain === 'temporarily_unavailable' || plain === 'server_error') return new OAuthFailure('unavailable', plain);
  return new OAuthFailure(ours.has(plain) ? 'client' : 'refused', plain);
}

import { errors } from 'undici';
import { isDescriptorCode } from './descriptors.ts';
import { peerAddressChanged } from './dial.ts';
import type { Reason } from './reasons.ts';

const beforeSending: Readonly<Record<string, Reason>> = {
  [peerAddressChanged]: 'peer_address_changed',
  ECONNREFUSED: 'connect_refused',
  ETIMEDOUT: 'connect_timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  UND_ERR_INVALID_ARG: 'request_invalid',
  UND_ERR_NOT_SUPPORTED: 'request_invalid',
  UND_ERR_CLOSED: 'egress_closed',
  UND_ERR_DESTROYED: 'egress_closed',
  EPROTO: 'tls_failed',
};

/** Codes of OpenSSL's certificate verification, as Node names them. */
const certificate =
  /^(?:CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_(?:CA|PURPOSE)|HOSTNAME_MISMATCH|PATH_LENGTH_|ERROR_IN_CERT|ERR_TLS_|ERR_SSL_|ERR_OSSL_)/;

/** Codes with which another address of the same name is worth a try, nothing having been sent. */
const addressFailures = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** What an error means that came before the request was handed to a socket. */
export function reasonBeforeSending(error: unknown): Reason {
  const code = codeOf(error);
  if (isDescriptorCode(code)) return 'descriptors_exhausted';
  return beforeSending[code] ?? (certificate.test(code) ? 'tls_failed' : 'connect_failed');
}

/**
 * Whether to dial again, nothing having been sent: where there are other addresses, or where a kept socket
 * was dead. Never when the addresses were withdrawn meanwhile.
 */
export function isWorthRedialling(error: unknown, addressCount: number): boolean {
  if (addressCount === 0) return false;
  const code = codeOf(error);
  return code === 'ECONNRESET' || (addressCount > 1 && addressFailures.has(code));
}

/** What an error means that came once the request may have left; `answered` when the response had begun. */
export function reasonAfterSending(error: unknown, answered: boolean): Reason {
  const code = codeOf(error);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'headers_too_large';
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return 'body_cut';
  // The parser's errors carry what it could not read; nothing at all means that the stream ended too early for it.
  if (error instanceof errors.HTTPParserError) {
    return answered && 'data' in error && error.data === '' ? 'body_cut' : 'protocol_error';
  }
  return answered ? 'body_cut' : 'connection_closed';
}

import type { EgressFailure, EgressFailureKind } from './types.ts';

/** Every way a request can fail here: stable code, kind, and a sentence that holds no address and no secret. */
const table = {
  url_raw_refused: [
    'denied',
    'The URL holds a control character, a space or a backslash, or has no host after http:// or https://.',
  ],
  url_unparsable: ['denied', 'The URL cannot be parsed.'],
  scheme_not_allowed: ['denied', 'Only https URLs are allowed.'],
  userinfo_not_allowed: ['denied', 'A URL must not carry a user name or password.'],
  port_not_allowed: ['denied', 'The port is neither a standard one nor in the allow-list of hosts.'],
  address_not_public: ['denied', 'The host is not at a public address.'],
  name_not_public: ['denied', 'The host name is not a public one.'],
  path_not_allowed: ['denied', 'The path holds a dot segment, or an encoded line break or NUL.'],
  host_not_allowed: ['denied', 'The host is not in the allow-list.'],
  tenant_host_not_allowed: ['denied', "The host is not among those that the tenant's policy allows."],
  method_not_allowed: ['denied', 'The method is not allowed.'],
  header_not_allowed: ['denied', 'A header is one that callers must not set.'],
  header_invalid: ['denied', 'A header name or value holds characters that HTTP does not allow.'],
  request_invalid: ['denied', 'The HTTP client refused the request as malformed.'],
  peer_address_changed: ['denied', 'The connection did not end at the address that was checked.'],
  redirect_invalid: ['denied', 'The upstream redirected to something that is no acceptable URL.'],
  redirect_downgrade: ['denied', 'The upstream redirected from https to http.'],
  redirect_into_trusted: [
    'denied',
    'The upstream redirected into an origin or network that only direct requests may reach.',
  ],
  too_many_redirects: ['denied', 'The upstream redirected more than three times.'],
  dns_timeout: ['unreachable', 'The host name was not resolved in time.'],
  dns_not_found: ['unreachable', 'The host name does not exist.'],
  dns_empty: ['unreachable', 'The host name has no address.'],
  dns_failed: ['unreachable', 'The host name could not be resolved.'],
  connect_refused: ['unreachable', 'The upstream refused the connection.'],
  connect_timeout: ['unreachable', 'The upstream did not accept a connection in time.'],
  connect_failed: ['unreachable', 'No connection to the upstream could be made.'],
  tls_failed: ['unreachable', "The TLS handshake failed or the upstream's certificate is not acceptable."],
  descriptors_exhausted: ['exhausted', 'No descriptor is left here for a socket.'],
  deadline_passed: ['deadline', 'The deadline passed.'],
  cancelled: ['aborted', 'The caller cancelled the request.'],
  egress_closed: ['aborted', 'Egress is closed.'],
  connection_closed: ['connection_lost', 'The connection was lost before the answer.'],
  body_cut: ['connection_lost', 'The connection was lost in the middle of the answer.'],
  body_idle: ['connection_lost', 'The upstream fell silent in the middle of the answer.'],
  response_too_large: ['too_large', 'The answer exceeds the byte limit.'],
  headers_too_large: ['invalid_response', "The answer's headers exceed the limit."],
  protocol_error: ['invalid_response', 'The answer is not HTTP/1.1.'],
  encoding_unknown: ['invalid_response', 'The answer has a content encoding that is not supported.'],
  encoding_refused: ['invalid_response', 'The answer has more than two content encodings.'],
  encoding_broken: ['invalid_response', "The answer's content encoding is corrupt."],
} as const satisfies Record<string, readonly [EgressFailureKind, string]>;

export type Reason = keyof typeof table;

/** The failure of a reason; `sent` says whether a byte of the request may have left. */
export function failureOf(reason: Reason, sent: boolean, queuedMs = 0): EgressFailure {
  const [kind, message] = table[reason];
  return { kind, sent, reason, message, ...(queuedMs > 0 && { queuedMs }) };
}

export function isDenied(reason: Reason): boolean {
  return table[reason][0] === 'denied';
}

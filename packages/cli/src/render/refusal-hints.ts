import type { RefusalReason } from '@patchbay/webhook-schemes';

/** What to look at when requests are turned away for a reason. */
const hints: Readonly<Record<RefusalReason | 'too_large' | 'method', string>> = {
  no_secret:
    'The source has no secret that counts. Give it one: patchbay webhooks sources rotate-secret <source> --secret-file <file>',
  no_variant:
    'No webhook of this vendor looks so. Is the source of the right scheme and variant, and was it the vendor?',
  repeated_header: 'One of the copies is not the vendor’s. Does a proxy in front add one?',
  body_unreadable: 'The body is not what its content type says. Does a proxy in front change or cut it?',
  value_missing: 'Something that is signed is not there. Does a proxy in front drop a header or the query?',
  value_ambiguous: 'Something that is signed is there twice, with different values: the vendor sends one.',
  signature_missing:
    'Is signing switched on at the vendor, and does no proxy in front drop the header? Some vendors sign only once a secret is set.',
  signature_malformed: 'The signature is not written as the vendor writes it. Is the source of the right scheme?',
  signature_wrong:
    'Another secret than the vendor’s, a body that a proxy changed, or a public URL that is not the one the vendor calls.',
  timestamp_missing: 'The time that is signed is not there. Is the source of the right scheme and variant?',
  timestamp_malformed: 'The time is not written as the vendor writes it. Is the source of the right scheme?',
  timestamp_too_old: 'It was under way too long, or was sent a second time; or the clock here is ahead.',
  timestamp_in_future: 'The clock here is behind, or the request is forged.',
  digest_wrong: 'The body is not the one that was signed. Does a proxy in front change it?',
  key_unusable: 'The secret is not what this scheme takes: see patchbay webhooks schemes <scheme>.',
  key_not_fetched: 'The vendor’s certificate could not be fetched. Can the ingress reach the vendor?',
  token_invalid:
    'The token is not the vendor’s, or is meant for somebody else. Is the secret, or the public URL, the right one?',
  token_expired: 'It was under way too long, or was sent a second time; or the clock here is ahead.',
  too_large: 'The body is larger than the ingress takes: PATCHBAY_INGRESS_MAX_BODY_BYTES.',
  method: 'Webhooks are POSTs; other methods are answered only where the vendor’s handshake needs them.',
};

/** Null for a reason that is not known here. */
export function hintFor(reason: string): string | null {
  return Object.hasOwn(hints, reason) ? hints[reason as keyof typeof hints] : null;
}

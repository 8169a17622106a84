import { buckets, type ErasureItem, streams } from '@patchbay/contracts';

const daysOf = (ms: number) => `${ms / 86_400_000} days`;
const ages = (days: string) => `goes by its age, after ${days} at most`;

/**
 * What an erasure leaves, and why. What each place holds, and for how long, is told in docs/erasure.md.
 * @param events in the audit log that bear the person's tokens.
 */
export function remainingItems(events: number): ErasureItem[] {
  const left = (where: string, what: string, remains: string, found: number | null = null): ErasureItem => ({
    where,
    what,
    found,
    erased: 0,
    remains,
  });
  return [
    left(
      'audit log',
      'events, with a token and the digest of arguments, and no personal value',
      'evidence of what was done, kept for legal obligations and claims: GDPR article 17(3)(b) and (e)',
      events,
    ),
    left(
      `stream ${streams.audit.name}`,
      'the same events, with ciphertexts whose key is destroyed',
      'cannot be read: no copy of the key is left',
    ),
    left(
      `stream ${streams.webhooks.name}`,
      'events that name the person in another way, such as by name or by a number without its country',
      ages(daysOf(streams.webhooks.maxAgeMs)),
    ),
    left(
      `bucket ${buckets.webhook_rejected.name}`,
      'requests that were turned away, which are not looked through',
      ages(daysOf(buckets.webhook_rejected.ttlMs)),
    ),
    left(
      `bucket ${buckets.http_requests.name}`,
      'answers of REST for repeats, sealed by the gateway',
      ages(daysOf(buckets.http_requests.ttlMs)),
    ),
    left(
      'backups',
      'copies of the above',
      'as long as the operator keeps them; what was sealed cannot be read in them',
    ),
    left('vendors', 'what calls brought to them', 'is theirs to erase, at the tenant’s request'),
  ];
}

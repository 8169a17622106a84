import { Refusal, type Verified } from '@patchbay/webhook-schemes';

const jsonType = /^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i;

/**
 * Holds a body that says it is JSON to RFC 8259, also where the scheme reads nothing of it: what one reader lets pass and
 * another does not becomes a different event for each. @throws Refusal `body_unreadable`, `repeated_header`.
 */
export function checkJson({ view }: Pick<Verified, 'view'>): void {
  const types = view.request.headers.filter(([name]) => name.toLowerCase() === 'content-type');
  if (types.length > 1) throw new Refusal('repeated_header', 'The content type is there more than once.');
  // Read once: what the scheme read of it is there.
  if (jsonType.test(types[0]?.[1] ?? '')) void view.json;
}

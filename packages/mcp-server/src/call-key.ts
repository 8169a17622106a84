import { createHash, randomUUID } from 'node:crypto';

/** Longest request id that is part of a key as it is. */
const plainUpTo = 64;

/**
 * The idempotency key of a `tools/call`. What the client names goes before all. Else, in a session or on a connection, it is
 * the request's own id, which the protocol says is never used twice there: the same request sent again acts once. Without
 * either, an id proves nothing, since every client counts from one, and the key is a new one, by which the call can be
 * cancelled.
 */
export function callKey(named: string | undefined, session: string | null, requestId: string | number): string {
  if (named !== undefined) return named;
  if (session === null) return `mcp:${randomUUID()}`;
  // 1 and "1" are two ids.
  const id = typeof requestId === 'number' ? String(requestId) : JSON.stringify(requestId);
  return `mcp:${session}:${id.length <= plainUpTo ? id : createHash('sha256').update(id).digest('base64url')}`;
}

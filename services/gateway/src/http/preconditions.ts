import { createHash } from 'node:crypto';
import { PatchbayError } from '@patchbay/contracts';
import type { FastifyRequest } from 'fastify';
import type { AnyRoute, RouteCall } from './http-route.ts';

/** Strong: of the very bytes of the document. */
export function etagOf(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}

/** Whether one of the tags that the client has is this one; weak or not makes no difference to who only reads. */
export function matches(given: string | undefined, etag: string): boolean {
  return (given ?? '').split(',').some((one) => ['*', etag].includes(one.trim().replace(/^W\//, '')));
}

/** A change is asked of another state than there is (412), or without saying of which (428). */
export class PreconditionError extends PatchbayError {
  readonly status: 412 | 428;
  constructor(status: 412 | 428, message: string) {
    super('precondition_failed', { message });
    this.name = 'PreconditionError';
    this.status = status;
  }
}

export type WithPreconditions = (
  request: FastifyRequest,
  call: RouteCall,
  work: () => Promise<unknown>,
) => Promise<unknown>;

/**
 * Holds changes of a document to `If-Match` and `If-None-Match: *`, by what the route beside it that shows the document answers
 * (RFC 9110, 13.1). Changes that state one go one after another in this process; another gateway's may fall between the look
 * and the change, some milliseconds. Null for a route without such a neighbour.
 */
export function preconditionsOf(route: AnyRoute, routes: readonly AnyRoute[]): WithPreconditions | null {
  if (!['PUT', 'PATCH', 'DELETE'].includes(route.method)) return null;
  const shown = routes.find(({ method, path, etag }) => method === 'GET' && path === route.path && etag === true);
  if (shown === undefined) return null;
  const show = shown.handler as (call: RouteCall) => Promise<unknown>;
  const query = shown.query?.parse({}) ?? {};
  const turns = new Map<string, Promise<unknown>>();

  return async (request, call, work) => {
    const { 'if-match': must, 'if-none-match': mustNot } = request.headers;
    const onlyNew = mustNot?.trim() === '*';
    if (must === undefined && !onlyNew) {
      if (route.guarded !== true) return work();
      const there = await present(call);
      if (there !== null)
        throw new PreconditionError(
          428,
          'It is there already: send If-Match with the ETag of what you mean to replace.',
        );
      return work();
    }
    const place = `${call.tenant} ${JSON.stringify(call.params)}`;
    return inTurn(turns, place, async () => {
      const etag = await present(call);
      if (onlyNew && etag !== null) throw new PreconditionError(412, 'It is there already.');
      // Strong comparison: a weak tag names no state to change.
      if (must !== undefined && (etag === null || !must.split(',').some((one) => ['*', etag].includes(one.trim()))))
        throw new PreconditionError(412, 'It has changed, or is gone, since it was read.');
      return work();
    });
  };

  async function present(call: RouteCall): Promise<string | null> {
    try {
      return etagOf(JSON.stringify(await show({ ...call, query, body: undefined })));
    } catch (error) {
      if (error instanceof PatchbayError && ['not_found', 'tool_not_found', 'connection_missing'].includes(error.code))
        return null;
      throw error;
    }
  }
}

/** One after another for the same place. */
async function inTurn<Result>(
  turns: Map<string, Promise<unknown>>,
  place: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = turns.get(place) ?? Promise.resolve();
  const turn = before.then(work, work);
  turns.set(place, turn);
  try {
    return await turn;
  } finally {
    if (turns.get(place) === turn) turns.delete(place);
  }
}

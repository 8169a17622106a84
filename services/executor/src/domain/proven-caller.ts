import type { ExecutionContext, RequestRoute } from '@patchbay/contracts';

/** Whether the route's callers are believed when they say who came in by them: those that write their own name in the subject. */
function isProven({ subject }: RequestRoute): boolean {
  return subject.includes('{caller}');
}

/** The name of the endpoint: that of the operation, marked where it is the one for doors. */
export function nameOf(operation: string, route: RequestRoute): string {
  return isProven(route) ? `${operation}-for` : operation;
}

/** The request as it counts. On a tenant's own subject anybody of the tenant may write what it likes. */
export function believed<Request extends { context: ExecutionContext }>(
  route: RequestRoute,
  request: Request,
): Request {
  if (isProven(route) || request.context.principal === undefined) return request;
  const { principal: _principal, ...context } = request.context;
  return { ...request, context };
}

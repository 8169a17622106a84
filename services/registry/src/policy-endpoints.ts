import { routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint, type RequestContext } from '@patchbay/messaging';
import { traceIdOf } from '@patchbay/service-kit';
import type { ChangePoliciesPorts } from './operations/policies/change-policy.ts';
import { lintPolicy } from './operations/policies/lint-policy.ts';
import { putPolicy } from './operations/policies/put-policy.ts';
import { removePolicy } from './operations/policies/remove-policy.ts';
import { listPolicies, showPolicy } from './operations/policies/show-policy.ts';
import type { Caller } from './operations/ports.ts';

/** Who changes policies: the gateway names the key that came in by it. */
export function callerOf({ by }: { readonly by?: string | undefined }, { traceparent }: RequestContext): Caller {
  const actor =
    by === undefined
      ? ({ kind: 'admin', id: 'admin' } as const)
      : ({ kind: by.startsWith('key_') ? 'key' : 'user', id: by } as const);
  return { actor, traceId: traceIdOf(traceparent) };
}

/** What the registry answers about policies. */
export function policyEndpoints(ports: ChangePoliciesPorts): AnyEndpoint[] {
  const [put, remove, list, show, lint] = [
    putPolicy(ports),
    removePolicy(ports),
    listPolicies(ports),
    showPolicy(ports),
    lintPolicy(ports),
  ];
  return [
    endpoint('put-policy', routes.putPolicy, (body, context) => put(body, callerOf(body, context))),
    endpoint('remove-policy', routes.removePolicy, (body, context) => remove(body, callerOf(body, context))),
    endpoint('list-policies', routes.listPolicies, (body) => list(body)),
    endpoint('show-policy', routes.showPolicy, (body) => show(body)),
    endpoint('lint-policy', routes.lintPolicy, (body) => lint(body)),
  ];
}

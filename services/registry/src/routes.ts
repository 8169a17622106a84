import { routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint, type RequestContext } from '@patchbay/messaging';
import { traceIdOf } from '@patchbay/service-kit';
import type { describeTools } from './operations/describe-tools.ts';
import type { getIntegration } from './operations/get-integration.ts';
import type { listTools } from './operations/list-tools.ts';
import type { Caller } from './operations/ports.ts';
import type { registerIntegration } from './operations/register-integration.ts';
import type { retireIntegration } from './operations/retire-integration.ts';
import type { searchTools } from './operations/search-tools.ts';

export interface RegistryOperations {
  readonly registerIntegration: ReturnType<typeof registerIntegration>;
  readonly retireIntegration: ReturnType<typeof retireIntegration>;
  readonly getIntegration: ReturnType<typeof getIntegration>;
  readonly listTools: ReturnType<typeof listTools>;
  readonly searchTools: ReturnType<typeof searchTools>;
  readonly describeTools: ReturnType<typeof describeTools>;
}

/** Only the operator's identity may send what changes the registry; the server enforces it. */
const adminOf = ({ traceparent }: RequestContext): Caller => ({
  actor: { kind: 'admin', id: 'admin' },
  traceId: traceIdOf(traceparent),
});
const tenantOf = ({ values }: RequestContext): string => values.tenant as string;

/** Everything the registry answers. */
export function registryEndpoints(operations: RegistryOperations): AnyEndpoint[] {
  return [
    endpoint('register-integration', routes.registerIntegration, (body, context) =>
      operations.registerIntegration(body, adminOf(context)),
    ),
    endpoint('retire-integration', routes.retireIntegration, (body, context) =>
      operations.retireIntegration(body, adminOf(context)),
    ),
    endpoint('get-integration', routes.getIntegration, (body) => operations.getIntegration(body)),
    endpoint('list-tools', routes.listTools, (body, context) => operations.listTools(tenantOf(context), body)),
    endpoint('search-tools', routes.searchTools, (body, context) => operations.searchTools(tenantOf(context), body)),
    endpoint('describe-tools', routes.describeTools, (body, context) =>
      operations.describeTools(tenantOf(context), body),
    ),
  ];
}

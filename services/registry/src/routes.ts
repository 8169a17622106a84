import type { FolderStateResult } from '@patchbay/contracts';
import { routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint, type RequestContext } from '@patchbay/messaging';
import { traceIdOf } from '@patchbay/service-kit';
import type { deprecateIntegration } from './operations/deprecate-integration.ts';
import type { describeTools } from './operations/describe-tools.ts';
import type { diffIntegration } from './operations/diff-integration.ts';
import type { getIntegration } from './operations/get-integration.ts';
import type { installIntegration } from './operations/install-integration.ts';
import type { listChoices } from './operations/list-choices.ts';
import type { listTools } from './operations/list-tools.ts';
import type { listToolsets } from './operations/list-toolsets.ts';
import type { pinIntegration } from './operations/pin-integration.ts';
import type { Caller } from './operations/ports.ts';
import type { registerIntegration } from './operations/register-integration.ts';
import type { removeToolset } from './operations/remove-toolset.ts';
import type { retireIntegration } from './operations/retire-integration.ts';
import type { rollBackIntegration } from './operations/roll-back-integration.ts';
import type { searchTools } from './operations/search-tools.ts';
import type { setToolset } from './operations/set-toolset.ts';
import type { showToolset } from './operations/show-toolset.ts';

export interface RegistryOperations {
  readonly registerIntegration: ReturnType<typeof registerIntegration>;
  readonly retireIntegration: ReturnType<typeof retireIntegration>;
  readonly getIntegration: ReturnType<typeof getIntegration>;
  readonly listTools: ReturnType<typeof listTools>;
  readonly searchTools: ReturnType<typeof searchTools>;
  readonly describeTools: ReturnType<typeof describeTools>;
  readonly pinIntegration: ReturnType<typeof pinIntegration>;
  readonly rollBackIntegration: ReturnType<typeof rollBackIntegration>;
  readonly installIntegration: ReturnType<typeof installIntegration>;
  readonly listChoices: ReturnType<typeof listChoices>;
  readonly deprecateIntegration: ReturnType<typeof deprecateIntegration>;
  readonly diffIntegration: ReturnType<typeof diffIntegration>;
  readonly setToolset: ReturnType<typeof setToolset>;
  readonly showToolset: ReturnType<typeof showToolset>;
  readonly listToolsets: ReturnType<typeof listToolsets>;
  readonly removeToolset: ReturnType<typeof removeToolset>;
  readonly folderState: () => FolderStateResult;
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
    endpoint('pin-integration', routes.pinIntegration, (body, context) =>
      operations.pinIntegration(body, adminOf(context)),
    ),
    endpoint('roll-back-integration', routes.rollBackIntegration, (body, context) =>
      operations.rollBackIntegration(body, adminOf(context)),
    ),
    endpoint('install-integration', routes.installIntegration, (body, context) =>
      operations.installIntegration(body, adminOf(context)),
    ),
    endpoint('list-choices', routes.listChoices, (body) => operations.listChoices(body)),
    endpoint('deprecate-integration', routes.deprecateIntegration, (body, context) =>
      operations.deprecateIntegration(body, adminOf(context)),
    ),
    endpoint('diff-integration', routes.diffIntegration, (body) => operations.diffIntegration(body)),
    endpoint('set-toolset', routes.setToolset, (body, context) => operations.setToolset(body, adminOf(context))),
    endpoint('show-toolset', routes.showToolset, (body) => operations.showToolset(body)),
    endpoint('list-toolsets', routes.listToolsets, (body) => operations.listToolsets(body)),
    endpoint('remove-toolset', routes.removeToolset, (body, context) =>
      operations.removeToolset(body, adminOf(context)),
    ),
    endpoint('folder-state', routes.folderState, async () => operations.folderState()),
  ];
}

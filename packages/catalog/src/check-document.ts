import type { IntegrationDocument } from '@patchbay/contracts';
import { checkAuth } from './checks/auth.ts';
import { checkCalls } from './checks/calls.ts';
import { checkErrorRules } from './checks/error-rules.ts';
import { checkFixedFields } from './checks/headers.ts';
import { checkMcp } from './checks/mcp.ts';
import { checkParameters } from './checks/parameters.ts';
import { checkHealth, checkNames, checkProbes, checkTool } from './checks/tools.ts';
import { checkUrls } from './checks/urls.ts';
import { checkWebhooks } from './checks/webhooks.ts';
import type { Finding } from './finding.ts';
import { toolEntries } from './tool-calls.ts';

/** Everything that is wrong with a document whose shape is right: what fields mean together. */
export function checkDocument(document: IntegrationDocument): Finding[] {
  const findings = [
    ...checkUrls(document),
    ...checkAuth(document),
    ...checkFixedFields(document),
    ...checkErrorRules(document),
    ...checkNames(document),
    ...checkWebhooks(document),
    ...checkMcp(document),
    ...toolEntries(document).flatMap((entry) => [
      ...checkCalls(document, entry),
      ...checkParameters(document, entry),
      ...checkTool(entry),
    ]),
  ];
  // The health check's arguments are tried against a tool's schema, which must be sound first.
  return findings.length > 0 ? findings : [...checkHealth(document), ...checkProbes(document)];
}

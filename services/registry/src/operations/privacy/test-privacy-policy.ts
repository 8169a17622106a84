import { hash } from 'node:crypto';
import {
  marksOfFields,
  marksOfSchema,
  maxPrivacyFindings,
  PatchbayError,
  type TestPrivacyPolicyRequest,
  type TestPrivacyPolicyResult,
} from '@patchbay/contracts';
import { carryOut, compilePrivacyPolicy } from '@patchbay/privacy-policy';
import type { Documents } from '../ports.ts';
import type { KeepPrivacyPolicies } from './ports.ts';

/**
 * What would become of a value, by the policy in force or by a draft. Nothing is called, stored or logged.
 * @throws PatchbayError `tool_not_found`, `overloaded`.
 */
export function testPrivacyPolicy({
  privacy,
  documents,
}: {
  readonly privacy: KeepPrivacyPolicies;
  readonly documents: Pick<Documents, 'resolve'>;
}) {
  return async (request: TestPrivacyPolicyRequest): Promise<TestPrivacyPolicyResult> => {
    const { tenant, direction, value, tool, policy = (await privacy.read(tenant))?.stored.policy } = request;
    const marks = tool === undefined || direction === 'webhooks' ? null : marksOf(documents, tenant, tool, direction);
    const rules = policy === undefined ? null : compilePrivacyPolicy(policy)[direction];
    if (rules === null || (tool !== undefined && rules.exempts(tool))) return { value, blocked: false, findings: [] };
    const root = direction === 'arguments' ? 'arguments' : direction === 'results' ? 'output' : 'event';
    const carried = carryOut(value, rules, marks, madeUp, root);
    return {
      value: carried.blocked ? null : carried.value,
      blocked: carried.blocked,
      findings: carried.findings.slice(0, 5 * maxPrivacyFindings),
    };
  };
}

function marksOf(
  documents: Pick<Documents, 'resolve'>,
  tenant: string,
  name: string,
  direction: 'arguments' | 'results',
) {
  const found = documents.resolve(tenant, name);
  if (found === null)
    throw new PatchbayError('tool_not_found', { message: `No tool '${name}' is registered.`, details: { tool: name } });
  if (direction === 'results') return marksOfSchema(found.tool.output);
  const fields = marksOfFields(found.tool.parameters);
  return fields === null ? null : { mark: null, fields };
}

/** Only executors are lent the key for real tokens: this one is of the same form and says as little. */
function madeUp(value: string): string {
  return `tok_${hash('sha256', `test ${value}`, 'base64url')}`;
}

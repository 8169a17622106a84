import { hash } from 'node:crypto';
import type { ExecuteInput } from '../engine-types.ts';
import type { CachePlan } from '../prepare/prepared-tool.ts';

/** What a write or a revocation makes stale: everything read over one connection of an integration. */
export function groupOf(tenant: string, integration: string, connection: string): string {
  return `${tenant}\n${integration}\n${connection}`;
}

/**
 * What makes two reads the same: tenant, connection, the credential and the variables it came with, tool, version and
 * canonical arguments; and who asks, where the tool sends that on. Hashed, so that nothing of a credential is kept.
 */
export function readKeyOf(input: ExecuteInput, plan: CachePlan, argumentsDigest: string): string {
  const { tenant, connection = '', credential, variables, prepared } = input;
  const parts = [
    tenant,
    connection,
    credential,
    variables,
    prepared.integration,
    prepared.name,
    prepared.version,
    argumentsDigest,
    plan.perCaller ? (input.caller ?? null) : null,
  ];
  return hash('sha256', JSON.stringify(parts), 'base64url');
}

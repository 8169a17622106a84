import { type ExecuteRequest, PatchbayError } from '@patchbay/contracts';
import type { Engine, PreparedTool } from '@patchbay/execution-engine';
import { similarNames } from '../domain/similar-names.ts';
import type { FindTool } from './ports.ts';

/** Why the request cannot be carried out, or null. Nothing is reserved yet, so that a refusal costs nothing. */
export function checkRequest(
  tools: FindTool,
  tenant: string,
  request: Pick<ExecuteRequest, 'tool' | 'version' | 'arguments'>,
  prepared: PreparedTool | null,
): PatchbayError | null {
  if (prepared === null) return toolNotFound(tools, tenant, request);
  const issues = prepared.validateArguments(request.arguments);
  if (issues.length > 0) {
    const message = issues
      .map((issue) => `${issue.path} ${issue.message}`)
      .join('; ')
      .slice(0, 1_000);
    return new PatchbayError('invalid_arguments', { message, details: { issues } });
  }
  return null;
}

/**
 * Why the tool cannot be expected to answer in time, or null. A write that brings a key is let by: its answer may be in the
 * ledger already, and a refusal would read as if nothing had been done. The engine judges it before it is sent.
 */
export function checkForesight(
  engine: Pick<Engine, 'foresee'>,
  request: ExecuteRequest,
  prepared: PreparedTool | null,
  receivedAt: number,
): PatchbayError | null {
  if (prepared === null || request.dry_run) return null;
  if (prepared.risk !== 'read' && request.idempotency_key !== undefined) return null;
  return engine.foresee(prepared, receivedAt + request.deadline_ms);
}

function toolNotFound(
  tools: FindTool,
  tenant: string,
  { tool, version }: Pick<ExecuteRequest, 'tool' | 'version'>,
): PatchbayError {
  const similar = similarNames(tool, tools.names(tenant));
  const which = version === undefined ? `'${tool}'` : `'${tool}' in version ${version}`;
  const hint = similar.length > 0 ? ` Did you mean ${similar.join(', ')}?` : '';
  return new PatchbayError('tool_not_found', {
    message: `No tool ${which} is registered.${hint}`,
    details: { tool, similar },
  });
}

/** Why a request that was sent before is not carried out, or null. */
export function checkRepeat(
  { repeat, dry_run, idempotency_key }: ExecuteRequest,
  prepared: PreparedTool | null,
): PatchbayError | null {
  if (repeat !== true || dry_run || prepared === null) return null;
  if (prepared.risk === 'read' || idempotency_key !== undefined) return null;
  return new PatchbayError('in_progress', {
    message: 'This write was sent before, without an idempotency key: it may have acted, and is not made again.',
    details: { reason: 'not_repeated' },
  });
}

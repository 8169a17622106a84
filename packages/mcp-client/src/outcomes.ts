import { errorBody } from '@patchbay/contracts';
import type { EgressTiming } from '@patchbay/egress';
import type { McpFailure, McpOutcome } from './types.ts';

/** Failures that egress has no part in. `sent` as in `EgressFailure`. */
export const deadlinePassed = (sent: boolean): McpOutcome =>
  failed({ kind: 'deadline', sent, reason: 'deadline_passed', message: 'The deadline passed.' });

export const cancelled = (sent: boolean): McpOutcome =>
  failed({ kind: 'aborted', sent, reason: 'cancelled', message: 'The caller cancelled the request.' });

export const answerLost = (): McpOutcome =>
  failed({
    kind: 'connection_lost',
    sent: true,
    reason: 'connection_closed',
    message: 'The connection was lost before the answer.',
  });

export const notReached = (message: string): McpOutcome =>
  failed({ kind: 'unreachable', sent: false, reason: 'connect_failed', message });

export const notMcp = (sent: boolean): McpOutcome =>
  failed({
    kind: 'invalid_response',
    sent,
    reason: 'mcp_invalid',
    message: 'The server did not answer as the Model Context Protocol says.',
  });

export function failed(failure: McpFailure): McpOutcome {
  return { ok: false, failure };
}

/** The server's tool is not the one that the document was made from. */
export function toolChanged(tool: string, found: string | null): McpOutcome {
  return {
    ok: false,
    refused: errorBody('response_invalid', {
      message:
        found === null
          ? `The MCP server has no tool '${tool}' any more. Nothing was sent.`
          : `The MCP server's tool '${tool}' takes other arguments, or gives other hints, than the document pins. Nothing was sent; see what changed with 'patchbay integrations import-mcp'.`,
      details: found === null ? { reason: 'mcp_tool_gone' } : { reason: 'mcp_tool_changed', digest: found },
    }),
  };
}

export function commandRefused(command: string): McpOutcome {
  return {
    ok: false,
    refused: errorBody('egress_denied', {
      message: `This executor runs no MCP server called '${command}': its operator does not allow it.`,
      details: { reason: 'mcp_command_not_allowed' },
    }),
  };
}

export function noRoom(): McpOutcome {
  return {
    ok: false,
    refused: errorBody('overloaded', {
      message: 'This executor runs as many MCP servers as it may.',
      retryAfterMs: 1_000,
      details: { reason: 'mcp_programs' },
    }),
  };
}

export function jsonAnswer(value: unknown, toolFailed: boolean, timing: EgressTiming): McpOutcome {
  const body = Buffer.from(JSON.stringify(value) ?? 'null');
  const contentType = 'application/json';
  return {
    ok: true,
    response: { status: 200, headers: { 'content-type': contentType }, contentType, body, toolFailed },
    timing,
  };
}

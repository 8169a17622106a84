import {
  type Connection,
  type ConnectionHealth,
  type ErrorCode,
  type ExecutionResult,
  routes,
  toolNameOf,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { connectedDocument } from './connected-document.ts';

export interface TestedConnection {
  readonly connection: Connection;
  /** `unchecked`: the integration's document has no health check. */
  readonly state: ConnectionHealth['state'] | 'unchecked';
  /** Why, when it is not `ok`. */
  readonly error: ExecutionResult['error'];
}

/** Milliseconds that the upstream has. */
const deadlineMs = 15_000;
/** Failures that tell of the credential, not of the way there. */
const refusals = new Set<ErrorCode>(['credential_expired', 'not_permitted']);

/**
 * Makes the cheap authenticated call that the integration's document names as its health check, with this connection, and
 * keeps what it showed. @throws PatchbayError `connection_missing`, or when Patchbay itself does not answer.
 */
export async function testConnection(messaging: Messaging, tenant: string, id: string): Promise<TestedConnection> {
  const { connection, document } = await connectedDocument(messaging, tenant, id);
  const { health } = document;
  const tool = health && document.tools[health.tool];
  if (health === undefined || tool === undefined) return { connection, state: 'unchecked', error: null };
  const { status, error } = await messaging.request(
    routes.executeTool,
    { tenant },
    {
      tool: toolNameOf(document, health.tool, tool),
      arguments: health.arguments,
      connection: id,
      deadline_ms: deadlineMs,
    },
    { timeoutMs: deadlineMs + 1_000 },
  );
  const state = status === 'succeeded' ? 'ok' : error !== null && refusals.has(error.code) ? 'refused' : 'failed';
  const kept = await messaging.request(
    routes.setConnectionHealth,
    {},
    {
      tenant,
      connection: id,
      credential_version: connection.credential_version,
      state,
      code: error?.code ?? null,
    },
  );
  return { connection: kept.connection, state, error };
}

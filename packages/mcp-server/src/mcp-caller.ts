import type { ExecutionContext } from '@patchbay/contracts';
import type { Agent } from '@patchbay/sdk';
import type { McpView } from './mcp-view.ts';

/** What the server needs of an agent of the tenant. */
export type McpAgent = Pick<Agent, 'tenant' | 'execute' | 'stream' | 'cancel' | 'tools'>;

/** Who asks, and for what. */
export interface McpCaller {
  readonly agent: McpAgent;
  readonly view: McpView;
  readonly context: ExecutionContext;
  readonly mayRead: boolean;
  readonly mayExecute: boolean;
  /** W3C traceparent of the caller's span, where there is one. */
  readonly traceparent?: string;
  /** A key for the one call that the request makes, such as a header's. */
  readonly idempotencyKey?: string;
}

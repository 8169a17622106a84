import type { ErrorBody } from '@patchbay/contracts';
import type { EgressFailure, EgressRequest, EgressResponse, EgressTiming } from '@patchbay/egress';

/** A server that is a program on this machine. */
export interface StdioServer {
  /** A name that the operator gave a program, never a path. */
  readonly command: string;
  /** Nothing secret: other processes can read them. */
  readonly args: readonly string[];
  /** What the document adds to the child's environment: values of the credential, by variable. */
  readonly env: Readonly<Record<string, string>>;
}

/** One call of a tool at an MCP server. */
export interface McpCall {
  /**
   * As egress takes it, credential included. `url` is the server's endpoint, `headers` go with every message of the session,
   * `body` holds the tool's arguments, a JSON object. For a program only `tenant`, `body`, `deadlineAt`, `signal` and
   * `maxResponseBytes` count.
   */
  readonly request: EgressRequest;
  /** Null: `request.url` is the server. */
  readonly stdio: StdioServer | null;
  /** The tool's name at the server. */
  readonly tool: string;
  /** The digest that the tool must have at the server (`digestOfServerTool`); null: not looked at. */
  readonly digest: string | null;
  /** Connection id, empty where the tool needs none. Sessions are never shared between two. */
  readonly connection: string;
}

/** What a tool answered, as the body of an HTTP answer would be. */
export interface McpResponse extends EgressResponse {
  /** The server says that the call failed: `isError`, or a JSON-RPC error. The body says why. */
  readonly toolFailed: boolean;
}

export interface McpFailure extends Omit<EgressFailure, 'reason'> {
  /** `mcp_invalid`: the server did not answer as the protocol says. */
  readonly reason: EgressFailure['reason'] | 'mcp_invalid';
}

export type McpOutcome =
  | { readonly ok: true; readonly response: McpResponse; readonly timing: EgressTiming }
  | { readonly ok: false; readonly failure: McpFailure }
  /** Nothing was sent, for a reason of ours. */
  | { readonly ok: false; readonly refused: ErrorBody };

/** Calls tools at MCP servers, over sessions that it keeps. */
export interface McpCaller {
  /** Never rejects for what a server, the network or a program can do. */
  call(call: McpCall): Promise<McpOutcome>;
  /** Ends the sessions over a connection, or with null all of a tenant's: its credential is no longer good. */
  forget(tenant: string, connection: string | null): void;
  stats(): { readonly sessions: number; readonly programs: number };
  /** Ends every session and every program. */
  close(): Promise<void>;
}

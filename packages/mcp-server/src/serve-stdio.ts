import { randomUUID } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import type { Server } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { createMcpServer } from './create-server.ts';
import type { McpAgent, McpCaller } from './mcp-caller.ts';
import { ToolLists } from './tool-lists.ts';

export interface StdioParts {
  readonly caller: McpCaller & {
    readonly agent: McpAgent & { readonly onToolsChanged?: (listener: () => void) => () => void };
  };
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Told of what was not expected. */
  readonly onError: (error: unknown) => void;
}

/** Bytes of one message at most. */
const maxMessageBytes = 4_194_304;
/** Milliseconds in which changes are gathered. */
const gatherMs = 250;

/**
 * Serves MCP to the program at the other end of two pipes, in whichever revision it begins with, until its end of them is
 * closed. The caller's calls that are under way then are cancelled.
 */
export function serveMcpStdio({ caller, stdin, stdout, onError }: StdioParts): {
  readonly closed: Promise<void>;
  close(): Promise<void>;
} {
  const session = randomUUID();
  const lists = new ToolLists();
  const servers = new Set<Server>();
  const over = Promise.withResolvers<void>();
  for (const end of ['end', 'close', 'error'] as const) stdin.once(end, () => over.resolve());
  stdout.once('error', () => over.resolve());
  let telling: NodeJS.Timeout | undefined;
  const stopListening = caller.agent.onToolsChanged?.(() => {
    lists.forget(null);
    telling ??= setTimeout(() => {
      telling = undefined;
      // One that was made to answer a question only is not connected any more.
      for (const server of servers) void server.sendToolListChanged().catch(() => servers.delete(server));
    }, gatherMs);
  });
  const handle = serveStdio(
    () => {
      const server = createMcpServer({ caller, lists, session, onError });
      servers.add(server);
      return server;
    },
    { transport: new StdioServerTransport(stdin, stdout, { maxBufferSize: maxMessageBytes }) },
  );
  return {
    closed: over.promise,
    async close() {
      clearTimeout(telling);
      stopListening?.();
      await handle.close();
      over.resolve();
    },
  };
}

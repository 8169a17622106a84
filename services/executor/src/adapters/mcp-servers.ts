import type { Egress } from '@patchbay/egress';
import { createMcpCaller, type McpCaller } from '@patchbay/mcp-client';
import type { Logger } from '@patchbay/service-kit';

/** Characters of a program's standard error that are logged in a minute; the rest is dropped. */
const maxLoggedChars = 16_384;
const minuteMs = 60_000;

/** Calls MCP servers for this executor; what its programs write to standard error goes to the log, in measure. */
export function createMcpServers(
  egress: Pick<Egress, 'open'>,
  commands: ReadonlyMap<string, string>,
  log: Pick<Logger, 'warn'>,
): McpCaller {
  const logged = new Map<string, { since: number; chars: number }>();
  return createMcpCaller({
    egress,
    commands,
    onStderr(command, text) {
      const now = performance.now();
      let use = logged.get(command);
      if (use === undefined || now - use.since > minuteMs) {
        use = { since: now, chars: 0 };
        logged.set(command, use);
      }
      const room = maxLoggedChars - use.chars;
      use.chars += text.length;
      if (room > 0)
        log.warn({ mcp_server: command, stderr: text.slice(0, Math.min(room, 2_000)) }, 'an MCP server wrote');
    },
    onProgramEnded: (command, why) => log.warn({ mcp_server: command, why }, 'an MCP server ended'),
  });
}

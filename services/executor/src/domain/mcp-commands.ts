import { McpCommand } from '@patchbay/contracts';

/** `weather=/opt/mcp/weather` as names and absolute paths, or what is wrong with it. */
export function parseMcpCommands(entries: readonly string[]): ReadonlyMap<string, string> | string {
  const commands = new Map<string, string>();
  for (const entry of entries) {
    const [, name = '', path = ''] = /^([^=]*)=(.*)$/.exec(entry) ?? [];
    if (!McpCommand.safeParse(name).success) return 'expected name=/absolute/path, names of a-z, 0-9 and -';
    if (!path.startsWith('/') || path.includes('/../')) return `expected an absolute path for ${name}`;
    if (commands.has(name)) return `${name} stands there twice`;
    commands.set(name, path);
  }
  return commands;
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@patchbay/local-servers';
import { ask, startModule } from '../processes.ts';
import type { Peer } from './peer.ts';
import { openapiMcpProgram } from './start-openapi-mcp.ts';
import { startProgram } from './start-program.ts';

/** `mcp-hub` before one server, the one made from an OpenAPI description, which it starts itself. Its own door is a stream. */
export const mcpHub: Peer = {
  id: 'mcp-hub',
  name: 'MCP hub',
  packages: 'mcp-hub',
  async start(place) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const { program, env } = openapiMcpProgram(place);
    const config = join(place.dir, 'servers.json');
    writeFileSync(
      config,
      JSON.stringify({ mcpServers: { bench: { command: process.execPath, args: [program], env } } }),
    );
    const pid = await startProgram(place, join(place.packages, 'node_modules/mcp-hub/dist/cli.js'), {
      args: ['--port', String(port), '--config', config],
      env: { XDG_STATE_HOME: place.dir, XDG_DATA_HOME: place.dir, XDG_CONFIG_HOME: place.dir },
      ready: async () => {
        const { servers } = (await (await fetch(`${url}/api/servers`)).json()) as { servers: { status: string }[] };
        return servers.some(({ status }) => status === 'connected');
      },
    });
    const { child: driver } = await startModule('mcp-driver.ts', [`${url}/mcp`, '2024-11-05', 'lookup']);
    place.children.push(driver);
    await ask(driver, { key: null });
    return { pids: { hub: pid }, doors: [{ id: 'mcp-hub', name: 'MCP hub before OpenAPI to MCP', driver }] };
  },
};

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@patchbay/local-servers';
import { ask, startModule } from '../processes.ts';
import { benchToken, type Peer, type Place } from './peer.ts';
import { answers, startProgram } from './start-program.ts';
import { upstreamDescription } from './upstream-description.ts';

/** `@ivotoby/openapi-mcp-server`: an MCP server over HTTP made from an OpenAPI description. */
export const openapiMcp: Peer = {
  id: 'openapi-mcp',
  name: 'OpenAPI to MCP',
  packages: 'openapi-mcp',
  async start(place) {
    const { url, pid } = await startOpenapiMcp(place);
    const { child: driver } = await startModule('mcp-driver.ts', [url, '2025-11-25', 'lookup']);
    place.children.push(driver);
    await ask(driver, { key: null });
    return { pids: { server: pid }, doors: [{ id: 'openapi-mcp', name: 'OpenAPI to MCP', driver }] };
  },
};

/** The server alone, over HTTP. */
export async function startOpenapiMcp(place: Place): Promise<{ readonly url: string; readonly pid: number }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/mcp`;
  const { program, env } = openapiMcpProgram(place);
  const pid = await startProgram(place, program, {
    args: ['--transport', 'http', '--port', String(port)],
    env,
    ready: () => answers(url),
  });
  return { url, pid };
}

/** The program and what it reads: without arguments it speaks over its standard input and output. */
export function openapiMcpProgram({ dir, packages, upstream }: Place): {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
} {
  const description = join(dir, 'upstream.json');
  writeFileSync(description, JSON.stringify(upstreamDescription(upstream.url)));
  return {
    program: join(packages, 'node_modules/@ivotoby/openapi-mcp-server/bin/mcp-server.js'),
    env: {
      API_BASE_URL: `${upstream.url}/api`,
      OPENAPI_SPEC_PATH: description,
      API_HEADERS: `Authorization:Bearer ${benchToken}`,
    },
  };
}

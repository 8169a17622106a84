import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type System, startSystem } from './system.ts';

const command = fileURLToPath(new URL('../../packages/cli/bin/patchbay.mjs', import.meta.url));
const inspector = fileURLToPath(import.meta.resolve('@modelcontextprotocol/inspector/clients/launcher/build/index.js'));

let system: System;
let configFile: string;
beforeAll(async () => {
  system = await startSystem();
  const made = await system.admin.keys.create({ name: 'inspector', role: 'agent' });
  configFile = join(system.stateDir, 'clients.json');
  const servers = {
    'over-http': {
      type: 'streamable-http',
      url: `${system.patchbay.facts.gateway_url}/mcp?tools=list`,
      headers: { Authorization: `Bearer ${made.secret}` },
    },
    'by-command': {
      type: 'stdio',
      command: process.execPath,
      args: [command, 'mcp', '--list', 'list'],
      env: { PATCHBAY_STATE_DIR: system.stateDir },
    },
  };
  await writeFile(configFile, JSON.stringify({ mcpServers: servers }), { mode: 0o600 });
});
afterAll(() => system?.stop());

/** The inspector's command line, with the file that a client is configured by. */
async function inspect(server: string, ...asked: string[]) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [inspector, '--cli', '--config', configFile, '--server', server, ...asked],
    { cwd: system.stateDir, env: { PATH: process.env.PATH, HOME: system.stateDir }, maxBuffer: 16_777_216 },
  );
  return JSON.parse(stdout);
}

const text = 'hello from an MCP client';

describe('the MCP inspector', () => {
  test('lists tools over HTTP', async () => {
    const { tools } = await inspect('over-http', '--method', 'tools/list');
    expect(tools.map(({ name }: { name: string }) => name)).toContain('slack_post_message');
  });

  test.each(['over-http', 'by-command'])('calls a tool %s', async (server) => {
    const call = ['--method', 'tools/call', '--tool-name', 'slack_post_message'];
    const result = await inspect(server, ...call, '--tool-arg', 'channel=C1', `text=${text}`);
    expect(result).toMatchObject({ isError: false, structuredContent: { channel: expect.any(String) } });
  });
});

describe.each(['2026-07-28', '2025-11-25'])('a program that starts the command and speaks revision %s', (revision) => {
  test('finds tools, calls one, and ends it by closing its input', async () => {
    const client = new Client(
      { name: 'editor', version: '1.0.0' },
      { versionNegotiation: { mode: revision === '2026-07-28' ? { pin: revision } : 'legacy' } },
    );
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [command, 'mcp', '--list', 'search'],
      env: { PATCHBAY_STATE_DIR: system.stateDir },
    });
    await client.connect(transport);
    try {
      expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
        'patchbay_search_tools',
        'patchbay_call_tool',
      ]);
      const found = await client.callTool({
        name: 'patchbay_search_tools',
        arguments: { query: 'post a message to a Slack channel' },
      });
      const { tools } = found.structuredContent as { tools: { name: string }[] };
      expect(tools.map(({ name }) => name)).toContain('slack_post_message');
      const called = await client.callTool({
        name: 'patchbay_call_tool',
        arguments: { name: 'slack_post_message', arguments: { channel: 'C1', text } },
      });
      expect(called).toMatchObject({ isError: false, structuredContent: { channel: expect.any(String) } });
    } finally {
      await client.close();
    }
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lintDocument, normaliseDocument } from '@patchbay/catalog';
import { startMcpServer, stdioProgram, type TestMcpServer } from '@patchbay/testkit/mcp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { cli, directoryWith, json } from './running-patchbay.fixture.ts';

const page = readFileSync(fileURLToPath(new URL('../../../docs/mcp-servers.md', import.meta.url)), 'utf8');
const program = stdioProgram();
let server: TestMcpServer;
beforeAll(async () => {
  server = await startMcpServer('2025-11-25');
});
afterAll(() => server.close());

const imports = (cwd: string, ...argv: string[]) => cli(['integrations', 'import-mcp', ...argv], { cwd });
const read = (cwd: string, file: string) => parse(readFileSync(join(cwd, file), 'utf8'));

describe('the page on MCP servers', () => {
  test('shows commands that work, in their order', async () => {
    const cwd = directoryWith({});
    const commands = [...page.matchAll(/^npx patchbay (.*)$/gm)].map(([, line]) => line as string);
    expect(commands).toHaveLength(4);
    for (const command of commands) {
      const here = command
        .replace('https://mcp.acme-desk.example/mcp', server.url)
        .replace('/opt/mcp/weather', program);
      const result = await cli(here.split(' '), { cwd });
      expect(result, `${command}\n${result.out}`).toMatchObject({ code: 0 });
      if (here.includes(' lint ')) expect(result.out).toContain('0 errors');
    }
    expect(read(cwd, 'weather.yaml').mcp).toEqual({ command: 'weather' });
  });

  test('shows a document that the linter has nothing against but what only a person knows', () => {
    const document = parse(/```yaml\n(id: acme_mcp[\s\S]*?)```/.exec(page)?.[1] ?? '');
    const normalised = normaliseDocument(document);
    if (!normalised.ok) throw new Error(JSON.stringify(normalised.issues));
    const errors = lintDocument(normalised.document).filter(({ severity }) => severity === 'error');
    expect(errors.map(({ rule }) => rule).sort()).toEqual(['source', 'verified-at']);
  });
});

describe('integrations import-mcp', () => {
  test('drafts each tool with its arguments, what it does by its hints, and its digest', async () => {
    const { document, report } = json(await imports(directoryWith({}), server.url, '--json'));
    expect(document).toMatchObject({ id: 'desk', mcp: { url: server.url }, auth: { type: 'none' } });
    expect(document.base_url).toBeUndefined();
    expect(document.tools.add).toMatchObject({
      title: 'Add',
      risk: 'read',
      idempotency: { kind: 'natural' },
      open_world: false,
      mcp: { tool: 'add', digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      parameters: { a: { type: 'number', required: true }, b: { type: 'number', required: true } },
      response: { pick: ['sum'] },
    });
    expect(document.tools.open_ticket).toMatchObject({ risk: 'write', mcp: { tool: 'open-ticket' } });
    expect(document.tools.open_ticket.response.pick).toBeUndefined();
    const about = report.operations.find((one: { operation: string }) => one.operation === 'open-ticket');
    expect(about.notes.join(' ')).toMatch(/says nothing of its effect.*does not describe the answer/);
    expect(server.log.calls).toEqual([]);
  });

  test('shows a credential out of a file, and says how without saying it', async () => {
    const cwd = directoryWith({ token: 'Bearer made-up-token\n', key: 'made-up-key' });
    const before = server.requests.length;
    const bearer = json(await imports(cwd, server.url, '--header-from-file', 'Authorization=token', '--json'));
    expect(bearer.document.auth).toEqual({ type: 'bearer' });
    expect(server.requests[before]?.headers['authorization']).toBe('Bearer made-up-token');
    const keyed = await imports(cwd, server.url, '--header-from-file', 'X-Desk-Key=key', '--tool', 'add', '--json');
    expect(json(keyed).document.auth).toMatchObject({ type: 'api_key', in: 'header', name: 'X-Desk-Key' });
    expect(Object.keys(json(keyed).document.tools)).toEqual(['add']);
    expect(keyed.out).not.toContain('made-up-key');
  });

  test('reports what changed and vanished, takes it over only when told to, and keeps edits', async () => {
    const cwd = directoryWith({});
    expect((await imports(cwd, server.url, '--out', 'desk.yaml', '--tool', 'add', '--tool', 'fail')).code).toBe(0);
    const file = join(cwd, 'desk.yaml');
    const edited = readFileSync(file, 'utf8').replace(/title: Add\n/, 'title: Add two numbers\n');
    writeFileSync(file, edited.replace('      tool: fail', '      tool: gone'));
    server.log.changed = true;
    try {
      const drifted = await imports(cwd, server.url, '--out', 'desk.yaml', '--json');
      expect(drifted.code).toBe(1);
      const { drift } = json(drifted);
      expect(drift).toEqual(
        expect.arrayContaining([
          { key: 'add', tool: 'add', drift: 'changed' },
          { key: 'fail', tool: 'gone', drift: 'vanished' },
          { key: null, tool: 'open-ticket', drift: 'new' },
        ]),
      );
      expect((await imports(cwd, server.url, '--out', 'desk.yaml')).out).toMatch(/changed.*add.*executors refuse it/);
      writeFileSync(file, edited);
      const updated = await imports(cwd, server.url, '--out', 'desk.yaml', '--update');
      expect(updated).toMatchObject({ code: 0 });
      expect(read(cwd, 'desk.yaml').tools.add).toMatchObject({
        title: 'Add two numbers',
        parameters: { everyone: {} },
      });
      expect(Object.keys(read(cwd, 'desk.yaml').tools)).toEqual(['add', 'fail']);
      expect((await imports(cwd, server.url, '--out', 'desk.yaml')).code).toBe(0);
    } finally {
      server.log.changed = false;
    }
  });

  test('gives a program its credential by its environment', async () => {
    const cwd = directoryWith({ key: 'made-up-key' });
    const argv = ['--command', `desk=${program}`, '--arg', '--environment', '--env-from-file', 'DESK_KEY=key'];
    const { document } = json(await imports(cwd, ...argv, '--json'));
    expect(document).toMatchObject({
      mcp: { command: 'desk', args: ['--environment'], env: { DESK_KEY: '{api_key}' } },
      auth: { type: 'api_key' },
    });
  });

  test('says what is wrong', async () => {
    const cwd = directoryWith({});
    expect((await imports(cwd)).code).toBe(2);
    expect((await imports(cwd, 'not-a-url')).code).toBe(2);
    expect((await imports(cwd, '--command', 'desk')).err).toContain('absolute path');
    expect((await imports(cwd, server.url, '--arg', 'x')).code).toBe(2);
    expect((await imports(cwd, 'http://127.0.0.1:9/mcp')).err).toContain('refused the connection');
    server.interrupt('server/discover', (response) => response.writeHead(401).end());
    server.interrupt('initialize', (response) => response.writeHead(401).end());
    expect((await imports(cwd, server.url)).err).toContain('--header-from-file');
    server.interrupt('initialize', null);
    server.interrupt('server/discover', null);
    expect((await imports(cwd, '--command', '/nowhere/desk')).code).not.toBe(0);
  });
});

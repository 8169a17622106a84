import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { type CliOptions, cli, directoryWith, json } from './running-patchbay.fixture.ts';

const docs = fileURLToPath(new URL('../../../docs', import.meta.url));
const api = 'docs/examples/acme-desk-openapi.yaml';

/** A directory in which the page's paths lead somewhere. */
function checkout(files: Readonly<Record<string, string>> = {}): string {
  const cwd = directoryWith(files);
  cpSync(join(docs, 'examples'), join(cwd, 'docs', 'examples'), { recursive: true });
  return cwd;
}
const imports = (cwd: string, argv: readonly string[], options: CliOptions = {}) =>
  cli(['integrations', 'import-openapi', api, ...argv], { cwd, ...options });

describe('the page on imports', () => {
  test('shows commands that work, in their order', async () => {
    const cwd = checkout();
    const page = readFileSync(join(docs, 'import.md'), 'utf8');
    const commands = [...page.matchAll(/^npx patchbay (.*)$/gm)].map(([, line]) => line as string);
    expect(commands).toHaveLength(8);
    for (const command of commands) {
      const words = (command.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'|'$/g, ''));
      const result = await cli(words, { cwd });
      expect(result, command).toMatchObject({ code: 0 });
      if (words[1] === 'lint') expect(result.out).toContain('0 errors');
    }
    expect(Object.keys(parse(readFileSync(join(cwd, 'acme.yaml'), 'utf8')).tools)).toEqual([
      'list_tickets',
      'create_ticket',
      'delete_ticket',
      'get_me',
    ]);
  });

  test('shows an overlay that can be applied', async () => {
    const page = readFileSync(join(docs, 'import.md'), 'utf8');
    const overlay = /```yaml\n(overlay: [\s\S]*?)```/.exec(page)?.[1] ?? '';
    const cwd = checkout({ 'changes.yaml': overlay });
    const { document, report } = json(await imports(cwd, ['--tag', 'tickets', '--overlay', 'changes.yaml', '--json']));
    expect(Object.keys(document.tools)).toEqual(['list_tickets', 'create_ticket']);
    expect(document.tools.create_ticket).toMatchObject({ confirm: 'always', response: { max_bytes: 2048 } });
    expect(report.notes).toEqual([]);
  });
});

describe('integrations import-openapi', () => {
  test('prints the draft, and the report beside it', async () => {
    const { code, out, err } = await imports(checkout(), ['--operation', 'createTicket']);
    expect(code).toBe(0);
    expect(parse(out)).toMatchObject({
      id: 'acme_desk',
      base_url: 'https://{subdomain}.acme-desk.example/api/v2',
      tools: {
        create_ticket: {
          idempotency: { kind: 'header', name: 'Idempotency-Key' },
          parameters: { email: { 'x-name': 'requester.email', required: true } },
        },
      },
    });
    expect(out).toContain('# Left out: custom_fields');
    expect(err).toMatch(/create_ticket.*1 left out[\s\S]*auth: API key in header X-Desk-Key \(taken\)/);
  });

  test('keeps what was edited by hand, and tells conflicts', async () => {
    const cwd = checkout();
    const file = join(cwd, 'acme.yaml');
    await imports(cwd, ['--tag', 'tickets', '--out', 'acme.yaml']);
    const edited = readFileSync(file, 'utf8')
      .replace('title: Find tickets', 'title: Search tickets # as we say')
      .replace('category: helpdesk', 'category: crm');
    writeFileSync(file, edited);
    const again = json(
      await imports(cwd, [
        '--tag',
        'tickets',
        '--tag',
        'people',
        '--category',
        'other',
        '--out',
        'acme.yaml',
        '--json',
      ]),
    );
    expect(again.written).toMatchObject({
      how: 'merged',
      edits: [
        { target: '$', update: { category: 'crm' } },
        { target: '$.tools.list_tickets', update: { title: 'Search tickets' } },
      ],
      conflicts: [{ target: '$.category', edited: 'crm', drafted_before: 'helpdesk', drafted_now: 'other' }],
    });
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('title: Search tickets # as we say');
    expect(parse(text)).toMatchObject({ category: 'crm', tools: { get_me: {} } });
    const third = await imports(cwd, ['--tag', 'tickets', '--tag', 'people', '--out', 'acme.yaml']);
    expect(third.out).toMatch(/2 edits by hand kept, \d places? brought up to date[\s\S]*conflict {2}\$\.category/);
    writeFileSync(join(cwd, 'own.yaml'), 'id: mine\n');
    expect(await imports(cwd, ['--tag', 'people', '--out', 'own.yaml'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no own.draft.yaml beside it'),
    });
  });

  test('asks at a terminal which operations are wanted', async () => {
    // Node.js reads no keys where it is told of a terminal that has none.
    vi.stubEnv('TERM', 'xterm');
    const keys = ['\t', '\x1b[B', '\t', '\r'];
    let asked = false;
    const { PassThrough } = await import('node:stream');
    const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
    let out = '';
    let err = '';
    const { run } = await import('./run.ts');
    const code = await run(['integrations', 'import-openapi', api], {
      stdin,
      stdout: { write: (text) => (out += String(text)) },
      stderr: {
        write: (text) => {
          err += text;
          if (asked || !text.includes('Which of the 4 operations')) return;
          asked = true;
          const next = () => {
            const key = keys.shift();
            if (key === undefined) return;
            stdin.write(key);
            setTimeout(next, 20);
          };
          setTimeout(next, 20);
        },
      },
      env: {},
      cwd: checkout(),
      interrupt: new AbortController().signal,
    });
    expect({ code, err: err.includes('GET /tickets') }).toEqual({ code: 0, err: true });
    expect(Object.keys(parse(out).tools)).toEqual(['list_tickets', 'create_ticket']);
  });

  test('says what to do next where it cannot go on', async () => {
    const cwd = checkout({
      'page.html': '<p>: {[',
      'free.json': '{"openapi":"3.1.0","servers":[{"url":"https://{host}"}],"paths":{"/a":{"get":{"responses":{}}}}}',
    });
    const failed = async (...argv: string[]) => {
      const result = await cli(['integrations', ...argv], { cwd });
      expect(result.code).toBeGreaterThan(1);
      return result.err;
    };
    expect(await failed('import-openapi', 'nowhere.yaml')).toContain('cannot be read (ENOENT)');
    expect(await failed('import-openapi', 'page.html')).toContain('neither JSON nor YAML');
    expect(await failed('import-openapi', 'free.json')).toMatch(
      /whole host.*--base-url[\s\S]*--help shows the options/,
    );
    expect(await failed('import-openapi', api, '--operation', 'openTicket')).toContain('Did you mean');
    expect(await failed('import-openapi', api, '--id', 'No')).toContain("'No' cannot be an id");
    expect(await failed('import-openapi', api, '--category', 'desks')).toContain('There are: crm');
    expect(await failed('import-openapi', 'https://127.0.0.1/openapi.json')).toContain('not at a public address');
    expect(await failed('import-curl', 'wget x')).toContain('begins with curl');
    expect(await failed('import-postman', api)).toContain('Collection v2.1');
    const { document } = json(
      await imports(cwd, ['--base-url', 'https://{site}.acme.example', '--operation', 'getMe', '--json']),
    );
    expect(document.variables).toHaveProperty('site');
  });
});

describe('integrations import-postman and import-curl', () => {
  test('leave credentials behind, and name them', async () => {
    const collection = {
      info: { name: 'Acme Desk', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
      item: [
        {
          name: 'Show me',
          request: {
            url: { raw: 'https://api.acme-desk.example/me' },
            header: [{ key: 'Authorization', value: 'Bearer s3cr3t' }],
          },
        },
      ],
    };
    const cwd = checkout({ 'acme.postman.json': JSON.stringify(collection) });
    const postman = await cli(
      ['integrations', 'import-postman', 'acme.postman.json', '--search', 'me', '--id', 'desk'],
      { cwd },
    );
    expect(parse(postman.out)).toMatchObject({
      id: 'desk',
      auth: { type: 'bearer' },
      tools: { show_me: { request: { path: '/me' } } },
    });
    expect(postman.err).toContain('credential left behind  header Authorization');
    const curl = await cli(['integrations', 'import-curl', '--json'], {
      cwd,
      input: 'curl https://api.acme-desk.example/me -u me:s3cr3t',
    });
    expect(json(curl)).toMatchObject({
      document: { id: 'acme_desk', name: 'Acme desk' },
      report: { dropped_credentials: ['user name and password (-u)'] },
    });
    expect(postman.out + postman.err + curl.out + curl.err).not.toContain('s3cr3t');
  });
});

import { describe, expect, test } from 'vitest';
import { cli, directoryWith, json } from './running-patchbay.fixture.ts';

const tool = '{ open: { title: Open, description: Opens., risk: write, request: { method: POST, path: /open } } }';
const files = directoryWith({
  'good.yaml': `{ id: desk, name: Desk, version: 1.0.0, category: helpdesk, description: A desk., base_url: https://desk.example, auth: { type: none }, tools: ${tool} }`,
  'wrong.yaml': `{ id: desk, name: Desk, version: one, category: helpdesk, description: A desk., base_url: https://desk.example, auth: { type: none }, tools: ${tool} }`,
  'typo.yaml': `{ id: desk, name: Desk, version: 1.0.0, category: helpdesk, description: A desk., base_url: https://desk.example, auth: { type: none }, tools: ${tool.replace('risk: write', 'risk: wirte')} }`,
  'broken.yaml': 'id: [',
  'single.json':
    '{"id":"ping","name":"Ping","category":"helpdesk","description":"Pings","auth_type":"oauth2","base_url":"https://desk.example","endpoints":{"ping":{"method":"get","path":"/ping","parameters":{}}}}',
});
const lint = (...argv: string[]) => cli(['integrations', 'lint', ...argv], { cwd: files });

describe('integrations lint', () => {
  test('finds the whole catalogue sound', async () => {
    const result = await lint('--all');
    expect(result.code).toBe(0);
    expect(result.out).toMatch(/slack\.yaml {2}slack \d/);
    expect(result.out).toMatch(/\d+ files, 0 errors/);
  });

  test('tells advice for a sound document of either form', async () => {
    const { files: linted } = json(await lint('good.yaml', 'single.json', '--json'));
    expect(linted).toMatchObject([
      { file: 'good.yaml', form: 'integration', integration: 'desk', tools: ['desk_open'] },
      { file: 'single.json', form: 'single_tool', integration: 'ping', version: '1.0.0' },
    ]);
    expect(linted[0].findings.length).toBeGreaterThan(0);
    expect((await lint('single.json')).out).toMatch(/single-tool form\n +warning {2}single\.json:1:\d+ auth_type {2}/);
  });

  test('tells errors with file and path, and fails', async () => {
    const result = await lint('wrong.yaml', 'broken.yaml');
    expect(result.code).toBe(1);
    expect(result.out).toMatch(/✗ wrong\.yaml\n +error +wrong\.yaml:1:\d+ version {2}/);
    expect(result.out).toMatch(/✗ broken\.yaml\n +error +broken\.yaml:1:6 {2}.*line 1/);
    expect((await lint('typo.yaml')).out).toMatch(
      /error +typo\.yaml:1:\d+ tools\.open\.risk {2}.*; did you mean 'write'\? \(document\)/,
    );
    expect(json(await lint('typo.yaml', '--json')).files[0].findings[0]).toMatchObject({
      path: 'tools.open.risk',
      line: 1,
      column: expect.any(Number),
      suggestion: 'write',
    });
    expect((await lint()).code).toBe(2);
    expect((await lint('nowhere.yaml')).err).toContain('nowhere.yaml cannot be read (ENOENT)');
  });
});

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

let here: Installation;
beforeAll(async () => {
  here = await startInstallation({}, { catalogue: false, folder: 'integrations' });
}, 120_000);
afterAll(() => here?.stop());

const crm = (version: string, tools: readonly string[] = ['find', 'add'], more: object = {}) =>
  JSON.stringify(
    {
      id: 'crm',
      name: 'CRM',
      version,
      category: 'crm',
      description: 'A CRM.',
      base_url: 'https://crm.example',
      auth: { type: 'none' },
      tools: Object.fromEntries(
        tools.map((key) => [
          key,
          { title: key, description: `Does ${key}.`, risk: 'read', request: { method: 'GET', path: `/${key}` } },
        ]),
      ),
      ...more,
    },
    null,
    2,
  );
const save = (file: string, text: string) => writeFileSync(join(here.cwd, 'integrations', file), text);
const cli = (...argv: string[]) => here.cli(argv);
/** `<state> <version>` of a file of the folder. */
const stateOf = async (file: string) => {
  const { files } = json(await cli('integrations', 'folder', '--json'));
  const found = files.find((one: { file: string }) => one.file === file);
  return found === undefined ? null : `${found.state} ${found.version}`;
};
const becomes = (file: string, state: string | null) =>
  vi.waitFor(async () => expect(await stateOf(file)).toBe(state), { timeout: 20_000, interval: 50 });

describe('a folder', () => {
  test('shows what became of its files, and what is wrong with one', async () => {
    expect((await cli('integrations', 'folder')).out).toMatch(/^0 files in .*integrations\n$/);
    save('crm.json', crm('1.0.0'));
    await becomes('crm.json', 'served 1.0.0');
    expect((await cli('integrations', 'folder')).out).toMatch(
      /^served {4}crm\.json {2}crm 1\.0\.0, every tenant, in \d+/,
    );
    save('crm.json', crm('1.0.0').replace('"method"', '"methid"'));
    await becomes('crm.json', 'wrong 1.0.0');
    const wrong = await cli('integrations', 'folder');
    expect(wrong.code).toBe(1);
    expect(wrong.out).toMatch(
      /error +crm\.json:17:9 tools\.find\.request\.methid {2}there is no such field; did you mean 'method'\?/,
    );
    expect(wrong.out).toContain('1.0.0 goes on');
    save('crm.json', crm('1.0.0', ['find', 'add'], { description: 'A better CRM.' }));
    await becomes('crm.json', 'served 1.0.1');
    expect((await cli('integrations', 'folder')).out).toMatch(
      /warning +crm\.json:4:14 version {2}1\.0\.0 is registered/,
    );
  });

  test('is followed, change by change', async () => {
    const interrupt = new AbortController();
    let lines: { file: string; state: string }[] = [];
    const following = here.cli(['integrations', 'folder', '--follow', '--json'], {
      interrupt: interrupt.signal,
      onOutput: (out) => {
        lines = out
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
      },
    });
    const heard = (state: string, file: string) =>
      vi.waitFor(() => expect(lines.map((line) => `${line.state} ${line.file}`)).toContain(`${state} ${file}`), 20_000);
    await heard('served', 'crm.json');
    save('other.json', crm('1.0.0').replaceAll('crm', 'other').replace('"category": "other"', '"category": "crm"'));
    await heard('served', 'other.json');
    rmSync(join(here.cwd, 'integrations', 'other.json'));
    await heard('leaving', 'other.json');
    await heard('gone', 'other.json');
    interrupt.abort();
    expect((await following).code).toBe(0);
  });
});

describe('versions', () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(here.cwd, name), text);
    return name;
  };

  test('a dry run shows what breaks, and that the version is raised too little', async () => {
    const dry = await cli('integrations', 'publish', '--dry-run', file('crm.json', crm('1.1.0', ['find'])));
    expect(dry.code).toBe(0);
    expect(dry.out).toContain('changes of 1.0.1, which is served');
    expect(dry.out).toMatch(/breaks +tools\.add {2}there is no tool crm_add any more/);
    expect(dry.out).toMatch(/warning +crm\.json:4:14 version {2}1\.1\.0 breaks callers of 1\.0\.1/);
  });

  test('two are compared, or one and a file', async () => {
    const diff = await cli('integrations', 'diff', 'crm', '--file', file('crm.json', crm('2.0.0', ['find'])));
    expect(diff.code).toBe(1);
    expect(diff.out).toMatch(/^crm 1\.0\.1 → 2\.0\.0\n/);
    expect(diff.out).toContain('1 of them breaks callers');
    const same = json(await cli('integrations', 'diff', 'crm', '1.0.0', '1.0.1', '--json'));
    expect(same).toMatchObject({ from: '1.0.0', to: '1.0.1', changes: [{ path: 'description', breaking: false }] });
    expect((await cli('integrations', 'diff', 'crm', '1.0.1')).out).toContain('no difference that counts');
    expect((await cli('integrations', 'diff', 'crm', 'one')).code).toBe(2);
    expect((await cli('integrations', 'diff', 'crm', '1.0.0', '1.0.1', '--file', 'crm.json')).code).toBe(2);
  });

  test('are pinned, rolled back and unpinned, for a tenant or for all', async () => {
    expect((await cli('integrations', 'pin', 'crm', '1.0.0', '--tenant', 'acme')).out).toMatch(
      /^pinned {2}crm 1\.0\.0 {2}for tenant 'acme'\nServed: 1\.0\.0, and was 1\.0\.1\n$/,
    );
    expect((await cli('tools', 'list', '--json')).out).toContain('"version": "1.0.0"');
    expect((await cli('integrations', 'default', '--tenant', 'acme')).out).toMatch(/crm +1\.0\.0/);
    expect((await cli('integrations', 'unpin', 'crm', '--tenant', 'acme')).out).toContain('Served: 1.0.1');
    expect(json(await cli('integrations', 'rollback', 'crm', '--json'))).toMatchObject({
      pin: '1.0.0',
      served_before: '1.0.1',
    });
    expect((await cli('integrations', 'show', 'crm')).out).toMatch(/served +1\.0\.0 \(pinned\)/);
    expect((await cli('integrations', 'folder')).out).toMatch(
      /shadowed {2}crm\.json(?:.*\n)+.*calls mean 1\.0\.0, which is pinned/,
    );
    expect((await cli('integrations', 'rollback', 'crm')).code).not.toBe(0);
    expect((await cli('integrations', 'unpin', 'crm')).code).toBe(0);
    expect((await cli('integrations', 'pin', 'crm', 'one')).code).toBe(2);
  });

  test('are deprecated, told so, called all the same, and not any more', async () => {
    const deprecated = ['--message', 'Use desk.', '--replaced-by', 'desk', '--sunset', '2027-03-01'];
    expect((await cli('integrations', 'deprecate', 'crm', ...deprecated)).out).toContain(
      'deprecated  crm 1.0.0, 1.0.1',
    );
    expect((await cli('tools', 'list')).out).toContain('(deprecated: Use desk.) find.');
    expect((await cli('tools', 'show', 'crm_find')).out).toContain(
      'deprecated: Use desk. Instead: desk. Until 2027-03-01.',
    );
    const shown = (await cli('integrations', 'show', 'crm')).out;
    expect(shown).toContain('1.0.1 (deprecated, of the folder)');
    expect(shown).toMatch(/deprecated 1\.0\.1, 1\.0\.0: Use desk\. Until 2027-03-01\./);
    expect((await cli('exec', 'crm_find')).code).not.toBe(2);
    expect((await cli('integrations', 'deprecate', 'crm', '--undo')).out).toContain('no longer deprecated');
    expect((await cli('tools', 'list')).out).not.toContain('deprecated');
    for (const wrong of [
      [],
      ['--message', 'x', '--undo'],
      ['--message', 'x', '--sunset', 'soon'],
      ['--message', 'x', '--version', '1'],
    ])
      expect((await cli('integrations', 'deprecate', 'crm', ...wrong)).code).toBe(2);
  });
});

describe('what a tenant sees', () => {
  test('is what is installed for it', async () => {
    expect((await cli('integrations', 'uninstall', 'crm', '--tenant', 'acme')).out).toMatch(
      /^not installed {2}crm {2}for tenant 'acme'; said of it for the tenant/,
    );
    await vi.waitFor(async () =>
      expect(json(await cli('exec', 'crm_find', '--json'))).toMatchObject({ error: { code: 'tool_not_found' } }),
    );
    expect(json(await cli('tools', 'list', '--json')).total).toBe(0);
    expect((await cli('integrations', 'install', 'crm', '--tenant', 'acme')).out).toContain('installed  crm');
    expect((await cli('integrations', 'default', 'opt-in')).out).toContain('what nobody says more of');
    expect(json(await cli('tools', 'list', '--json')).total).toBe(2);
    expect(json(await cli('integrations', 'default', '--json'))).toMatchObject({
      scope: '_platform',
      choices: [{ integration: null, installed: false }],
    });
    expect((await cli('integrations', 'default', 'none')).out).toContain('nobody says otherwise');
    expect((await cli('integrations', 'default')).out).toContain('Nothing was said for every tenant');
    expect((await cli('integrations', 'default', 'maybe')).code).toBe(2);
  });

  test('can be narrowed by toolsets', async () => {
    const set = await cli('toolsets', 'set', 'desk', 'crm_find', 'gone.*', '--title', 'Front desk', '--tenant', 'acme');
    expect(set.out).toMatch(
      /^made {2}desk {2}Front desk {2}tenant acme, 1 tool, about \d+ tokens\n {2}crm_find\n {2}warning/,
    );
    expect((await cli('toolsets', 'list', '--tenant', 'acme')).out).toMatch(/desk +tenant acme +1 +\d+ +! +Front desk/);
    expect((await cli('toolsets', 'list')).out).toContain('There are no toolsets');
    expect(json(await cli('toolsets', 'show', 'desk', '--tenant', 'acme', '--json'))).toMatchObject({
      resolved: ['crm_find'],
      missing: ['gone.*'],
    });
    expect(json(await cli('tools', 'list', '--toolset', 'desk', '--json')).total).toBe(1);
    expect(json(await cli('tools', 'search', 'add', '--toolset', 'desk', '--json')).tools).toEqual([]);
    expect((await cli('tools', 'list', '--toolset', 'nothing')).code).not.toBe(0);
    const words = async (...typed: string[]) =>
      (await cli('complete', '--', ...typed)).out.split('\n').map((line) => line.split('\t')[0]);
    expect(await words('tools', 'list', '--toolset', '')).toContain('desk');
    expect(await words('integrations', 'pin', 'crm', '')).toEqual(expect.arrayContaining(['1.0.0', '1.0.1']));
    expect((await cli('toolsets', 'set', 'Desk', 'crm_find')).code).toBe(2);
    expect((await cli('toolsets', 'set', 'desk', 'crm.find')).code).toBe(2);
    expect((await cli('toolsets', 'remove', 'desk', '--tenant', 'acme')).out).toContain('removed  desk');
    expect((await cli('toolsets', 'show', 'desk', '--tenant', 'acme')).code).not.toBe(0);
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

const page = readFileSync(fileURLToPath(new URL('../../../docs/policies.md', import.meta.url)), 'utf8');
let here: Installation;
beforeAll(async () => {
  here = await startInstallation();
}, 120_000);
afterAll(() => here?.stop());

/** Words of a line as a shell has them, without the program's name. */
const wordsOf = (line: string) =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? (match[2] as string)).slice(2);
const shown = (line: string) =>
  new RegExp(
    line
      .trim()
      .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
      .replaceAll('…', '.*')
      .replaceAll(' ', ' +'),
  );

describe('docs/policies.md', () => {
  test('shows documents that can be used, commands that can be run, and what they print', {
    timeout: 60_000,
  }, async () => {
    const blocks = [...page.matchAll(/```(cedar|yaml|sh|text)\n([\s\S]*?)```/g)].map(([, kind, body]) => ({
      kind,
      body: body as string,
    }));
    for (const { kind, body } of blocks) {
      const [, file] = /^(?:\/\/|#) (\S+)\n/.exec(body) ?? [];
      if (kind === 'cedar' || kind === 'yaml') writeFileSync(join(here.cwd, file as string), body);
    }
    let out = '';
    const found: Record<string, string> = {};
    for (const { kind, body } of blocks) {
      const lines = body.split('\n').filter((line) => line.trim() !== '');
      if (kind === 'text') for (const line of lines) expect(out).toMatch(shown(line));
      if (kind !== 'sh') continue;
      out = '';
      for (const line of lines) {
        const words = wordsOf(line).map((word) => found[word] ?? word);
        const run = () => here.cli(words);
        // What was put in force reaches the executor a moment later, and what ran the audit log.
        const result =
          words[1] === 'explain' || words[0] === 'exec'
            ? await vi.waitFor(async () => {
                const tried = await run();
                if (words[1] === 'explain') expect(tried.err).not.toContain('not_found');
                return tried;
              }, 20_000)
            : await run();
        out += result.out + result.err;
        const execution = /exe_\w+/.exec(result.out)?.[0];
        if (result.out.includes('approval_required')) found['EXECUTION'] = execution as string;
        const approval = /apr_\w+/.exec(result.out)?.[0];
        if (approval !== undefined) found['APPROVAL'] ??= approval;
      }
    }
  });
});

describe('policies', () => {
  test('are refused with the place of a mistake, or the test that fails, and then nothing changes', async () => {
    writeFileSync(join(here.cwd, 'bad.cedar'), 'permit (principal, action, resource)\nwhen { resource.risky == "x" };');
    const lint = await here.cli(['policies', 'lint', 'bad.cedar']);
    expect([lint.code, lint.out]).toEqual([1, expect.stringMatching(/bad\.cedar:2:\d+ policy1 .*risky/)]);
    expect(await here.cli(['policies', 'put', 'bad', 'bad.cedar'])).toMatchObject({ code: 3 });
    writeFileSync(join(here.cwd, 'good.cedar'), '@id("all") forbid (principal, action, resource);');
    writeFileSync(join(here.cwd, 'cases.json'), '[{"name":"passes","call":{"tool":"slack_x"},"expect":"permit"}]');
    const put = await here.cli(['policies', 'put', 'good', 'good.cedar', '--tests', 'cases.json']);
    expect([put.code, put.err]).toEqual([3, expect.stringContaining('expected permit, got forbid by good.all')]);
    const tried = await here.cli(['policies', 'test', 'good.cedar', 'cases.json']);
    expect([tried.code, tried.out]).toEqual([1, expect.stringContaining('1 of 1 test failed')]);
    const { documents } = json(await here.cli(['policies', 'list', '--json']));
    expect(documents.map(({ name }: { name: string }) => name)).not.toContain('good');
  });

  test('keep their versions, and one is not written over another that came first', async () => {
    const put = (text: string, ...more: string[]) => {
      writeFileSync(join(here.cwd, 'desk.cedar'), text);
      return here.cli(['policies', 'put', 'desk', 'desk.cedar', '--json', ...more]);
    };
    expect(json(await put('// one', '--after', '0'))).toMatchObject({ changed: true, document: { version: 1 } });
    expect(json(await put('// one'))).toMatchObject({ changed: false, document: { version: 1 } });
    expect(json(await put('// two', '--after', '1'))).toMatchObject({ changed: true, document: { version: 2 } });
    expect(await put('// three', '--after', '1')).toMatchObject({ code: 3 });
    expect((await here.cli(['policies', 'show', 'desk', '--policy-version', '1'])).out).toBe('// one\n');
    expect(await here.cli(['policies', 'remove', 'desk'])).toMatchObject({ code: 0 });
    expect(await here.cli(['policies', 'remove', 'desk'])).toMatchObject({ code: 3 });
  });
});

describe('docs/privacy-policies.md', () => {
  test('shows files that can be used, commands that can be run, and what they print', {
    timeout: 60_000,
  }, async () => {
    const text = readFileSync(fileURLToPath(new URL('../../../docs/privacy-policies.md', import.meta.url)), 'utf8');
    const blocks = [...text.matchAll(/```(yaml|sh|text)\n([\s\S]*?)```/g)].map(([, kind, body]) => ({
      kind,
      lines: (body as string).split('\n').filter((line) => line.trim() !== ''),
    }));
    expect(blocks.filter(({ kind }) => kind === 'sh').length).toBeGreaterThan(3);
    for (const [index, { kind, lines }] of blocks.entries()) {
      if (kind === 'yaml') writeFileSync(join(here.cwd, (lines[0] as string).replace('# ', '')), lines.join('\n'));
      if (kind !== 'sh') continue;
      const next = blocks[index + 1];
      // What was put in force reaches the executor a moment later, and what ran the audit log.
      await vi.waitFor(async () => {
        let out = '';
        for (const line of lines) {
          const { out: said, err } = await here.cli(privacyWords(line));
          out += said + err;
        }
        if (next?.kind === 'text')
          for (const line of next.lines) expect(out.replaceAll(/\s+/g, ' ')).toMatch(shown(line));
      }, 20_000);
    }
  });
});

describe('a privacy policy', () => {
  test('is not set when it is not valid, or another was first, and blocked values end a script', async () => {
    writeFileSync(join(here.cwd, 'wrong.yaml'), 'results: { entities: { smell: redact } }');
    const { privacy } = json(await here.cli(['privacy', 'policy', 'get', '--json']));
    expect(privacy).toMatchObject({ version: 1, policy: { logs: { safe: 'allow', pii: 'tokenise', phi: 'block' } } });
    const wrong = await here.cli(['privacy', 'policy', 'set', 'wrong.yaml']);
    expect([wrong.code, wrong.err]).toEqual([3, expect.stringContaining("there is no entity 'smell'")]);
    writeFileSync(join(here.cwd, 'odd.yaml'), 'logs: { pii: allow }');
    const odd = await here.cli(['privacy', 'policy', 'set', 'odd.yaml']);
    expect([odd.code, odd.err]).toEqual([2, expect.stringContaining('odd.yaml: logs.pii')]);
    expect(await here.cli(['privacy', 'policy', 'set', 'privacy.yaml', '--after', '7'])).toMatchObject({ code: 3 });
    const blocked = ['privacy', 'policy', 'test', 'card 4111 1111 1111 1111'];
    expect(await here.cli(blocked)).toMatchObject({ code: 3 });
    writeFileSync(join(here.cwd, 'none.yaml'), '{}');
    expect(await here.cli([...blocked, '--policy', 'none.yaml'])).toMatchObject({ code: 0 });
    const unknown = await here.cli([...blocked, '--tool', 'no_such_tool']);
    expect([unknown.code, unknown.err]).toEqual([3, expect.stringContaining('tool_not_found')]);
    expect(json(await here.cli(['privacy', 'policy', 'set', 'none.yaml', '--json']))).toMatchObject({ changed: true });
  });
});

/** Words of a line as a shell has them, single quotes too. */
function privacyWords(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)]
    .map(([word]) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'))
    .slice(2);
}

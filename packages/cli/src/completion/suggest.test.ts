import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, directoryWith, json } from '../running-patchbay.fixture.ts';
import { shellScripts } from './shell-scripts.ts';

const words = async (...typed: string[]) =>
  (await cli(['complete', '--', ...typed], { cwd: directoryWith() })).out
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t')[0]);

describe('what can stand at the cursor', () => {
  test.each<[string[], string[]]>([
    [['too'], ['tools', 'toolsets']],
    [
      ['tools', 's'],
      ['search', 'show'],
    ],
    [['tools', 'show', 'x', '--f'], ['--format']],
    [
      ['tools', 'show', 'x', '--format', 'openai-'],
      ['openai-responses', 'openai-chat', 'openai-realtime'],
    ],
    [['tools', 'list', '--risk=read', '--category', 'crm', '--risk', 'wr'], ['write']],
    [['completion', 'z'], ['zsh']],
    [['audit', 'query', '--class', 'exec'], ['execution']],
    [['connections', 'add', 'x', '-', '--def'], ['--default']],
    [['webhooks', 'sources', 'add', 'str'], ['stripe']],
    [
      ['webhooks', 'dead-letters', 'list', '--reason', ''],
      ['exhausted', 'system'],
    ],
    [['webhooks', 'sources', 'show', 'src_'], []],
    // Without a running Patchbay, nothing is known of tools.
    [['exec', 'sl'], []],
    [['exec', 'x', '--deadline', ''], []],
  ])('%j', async (typed, expected) => {
    expect(await words(...typed)).toEqual(expected);
  });

  test('at the beginning: the commands, but not the hidden one', async () => {
    const all = await words('');
    expect(all).toContain('exec');
    expect(all).not.toContain('complete');
    expect(await words()).toEqual(all);
  });

  test('refused options for secrets are not suggested', async () => {
    expect(await words('connections', 'add', 'x', '--pass')).toEqual(['--password-file']);
  });
});

describe('the scripts', () => {
  test('are printed, and an unknown shell is refused', async () => {
    expect((await cli(['completion', 'bash'])).out).toBe(shellScripts.bash);
    expect(json(await cli(['completion', 'fish', '--json'])).script).toBe(shellScripts.fish);
    expect((await cli(['completion', 'tcsh'])).code).toBe(2);
  });

  test('bash completes with them and evaluates nothing that was typed', () => {
    const directory = directoryWith();
    const program = join(directory, 'patchbay');
    writeFileSync(
      program,
      '#!/bin/sh\nprintf "%s|" "$@" > "$ASKED"\nprintf "channel=\\ta channel\\ntext\\ta text\\n"\n',
    );
    chmodSync(program, 0o755);
    const asked = join(directory, 'asked');
    const script = `${shellScripts.bash}
compopt() { echo "compopt $*"; }
COMP_WORDS=(patchbay exec 'a tool' '$(touch ${directory}/evaluated)' 'ch'); COMP_CWORD=4
_patchbay; printf '%s\\n' "\${COMPREPLY[@]}"; cat "$ASKED"; ls ${directory}`;
    const { stdout } = spawnSync('bash', ['-c', script], {
      encoding: 'utf8',
      env: { PATH: `${directory}:${process.env.PATH}`, ASKED: asked },
    });
    expect(stdout.split('\n')).toEqual([
      'compopt -o nospace',
      'channel=',
      'text',
      `complete|--|exec|a tool|$(touch ${directory}/evaluated)|ch|asked`,
      'patchbay',
      '',
    ]);
  });
});

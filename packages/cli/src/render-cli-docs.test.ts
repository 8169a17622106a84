import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { everyCommand } from './every-command.ts';
import { createProgram } from './program.ts';
import { renderCliDocs } from './render-cli-docs.ts';

test('docs/reference/cli.md says what --help says, to the letter', () => {
  expect(readFileSync(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8')).toBe(renderCliDocs());
});

test('has each command that is not hidden, with every option of its own', () => {
  const docs = renderCliDocs();
  const commands = everyCommand(createProgram(async () => {})).filter((command) => command.name() !== 'complete');
  expect(commands.length).toBeGreaterThan(100);
  for (const command of commands.slice(1)) {
    expect(docs).toMatch(new RegExp(`^##+ patchbay (.* )?${command.name()}$`, 'm'));
    for (const { flags, hidden } of command.options)
      if (!hidden) expect(docs).toContain(`\`${flags.replaceAll('|', '\\|')}\``);
  }
});

import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { catalogDirectory } from '@patchbay/catalog';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import { readSource } from '../input/read-source.ts';
import { type LintedFile, lintText } from '../lint-text.ts';
import { renderLint } from '../render/lint.ts';

interface Options {
  readonly all?: boolean;
}

export function addIntegrationsLint(parent: Command, run: Run): void {
  defineCommand<[string[]], Options>(parent, run, {
    name: 'lint [files...]',
    summary: 'Check integration documents without a running Patchbay',
    description:
      'Check integration documents without a running Patchbay. Errors of rule "document" or "syntax" keep a document from being used; other errors keep it out of the catalogue that comes with Patchbay; warnings are advice for models and for voice.',
    examples: [
      'patchbay integrations lint acme-crm.yaml',
      'patchbay integrations lint --all',
      'patchbay integrations lint --json acme-crm.yaml | jq .errors',
    ],
    configure: (command) => command.option('--all', 'the whole catalogue that comes with Patchbay'),
    async run(context, { all }, named) {
      const files = [...named, ...(all ? await catalogueFiles(context.io.cwd) : [])];
      if (files.length === 0) throw new UsageError('Name the files to check, or --all.');
      const linted: LintedFile[] = [];
      for (const file of files) linted.push(lintText(file, await readSource(file, context.io)));
      const total = (severity: 'error' | 'warning') =>
        linted.reduce((sum, { findings }) => sum + findings.filter((one) => one.severity === severity).length, 0);
      const report = { files: linted, errors: total('error'), warnings: total('warning') };
      context.show(report, () => renderLint(report, context.style));
      return report.errors === 0 ? exitCodes.ok : exitCodes.failed;
    },
  });
}

async function catalogueFiles(cwd: string): Promise<string[]> {
  const names = (await readdir(catalogDirectory)).filter((name) => name.endsWith('.yaml')).sort();
  return names.map((name) => relative(cwd, join(catalogDirectory, name)));
}

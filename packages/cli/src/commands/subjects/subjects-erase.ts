import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ErasureReceipt } from '@patchbay/contracts';
import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';
import { defineCommand, type Run } from '../../define-command.ts';
import { confirmed } from '../../input/prompt.ts';
import { type SubjectOptions, subjectOf, subjectOption } from './subject-option.ts';

interface Options extends SubjectOptions {
  readonly reason?: string;
  readonly receipt?: string;
  readonly yes?: boolean;
}

export function addSubjectsErase(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'erase',
    summary: 'Erase what is held on a person, for good',
    description:
      'Erase what is held on a person, for good: the key of what was kept of them is destroyed, so that no copy of it can be read; their token is not made again; answers, submissions and approvals of theirs lose what is personal. Audit events stay, and proofs over them verify as before. It may be repeated. A legal hold stops it. What it prints is the receipt, which names nobody.',
    examples: [
      "patchbay subjects erase --tenant acme --subject 'phone:+15551234567' --reason 'ticket 4711' --yes",
      "patchbay subjects erase --subject 'email:ada@example.com' --receipt receipt.txt --yes",
    ],
    configure: (command) =>
      subjectOption(command)
        .option('--reason <text>', 'for the record; must name nobody')
        .option('--receipt <file>', 'write the signed receipt to this file')
        .option('--yes', 'ask nothing: this cannot be undone'),
    async run(context, options) {
      const subject = await subjectOf(context, options);
      const question = 'Erase what is held on this person, for good?';
      if (!(await confirmed(question, options.yes === true, context.io))) {
        context.show({ receipt: null, note: null }, () => 'Nothing was erased.');
        return undefined;
      }
      const admin = await context.admin();
      const { reason } = options;
      const { receipt, note } = await admin.subjects.erase(subject, reason === undefined ? {} : { reason });
      if (options.receipt !== undefined) await writeFile(resolve(context.io.cwd, options.receipt), note);
      context.show({ receipt, note }, () => renderReceipt(receipt, context));
      return undefined;
    },
  });
}

function renderReceipt(receipt: ErasureReceipt, { style }: CommandContext): string {
  return [
    `Erased ${receipt.erased_at} in tenant '${receipt.tenant}': ${receipt.tokens.join(', ')}`,
    ...receipt.items.map(({ where, what, found, erased, remains }) =>
      remains === null
        ? `  ${erased} erased  ${where}: ${what}`
        : style.quiet(`  ${found ?? 'some'} left  ${where}: ${what} (${remains})`),
    ),
  ].join('\n');
}

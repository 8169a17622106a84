import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ExportSubjectResult } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { count } from '../../render/style.ts';
import { type SubjectOptions, subjectOf, subjectOption } from './subject-option.ts';

interface Options extends SubjectOptions {
  readonly out?: string;
}

export function addSubjectsExport(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'export',
    summary: 'Write down all that is held on a person',
    description:
      'Write down all that is held on a person, as JSON: their audit events with what was kept in clear, and the answers, submissions, approvals and dead letters that executors keep. The export is recorded. What vendors sent by webhooks is not kept by person: look for it by `patchbay webhooks events`.',
    examples: ["patchbay subjects export --tenant acme --subject 'phone:+15551234567' --out ada.json"],
    configure: (command) =>
      subjectOption(command).option('--out <file>', 'write to this file, for your eyes only, and say how much it is'),
    async run(context, options) {
      const admin = await context.admin();
      const subject = await subjectOf(context, options);
      const events: ExportSubjectResult['events'] = [];
      let held: ExportSubjectResult['held'] = [];
      let page: ExportSubjectResult;
      let cursor: string | null = null;
      do {
        page = await admin.subjects.export(subject, cursor === null ? {} : { cursor });
        if (cursor === null) held = page.held;
        events.push(...page.events);
        cursor = page.next_cursor;
      } while (cursor !== null);
      const whole = { tenant: admin.tenant, subject: page.subject, token: page.token, events, held };
      if (options.out === undefined) {
        context.show(whole, () => JSON.stringify(whole, null, 2));
        return undefined;
      }
      await writeFile(resolve(context.io.cwd, options.out), `${JSON.stringify(whole, null, 2)}\n`, { mode: 0o600 });
      context.show(
        { file: options.out, events: events.length, held: held.length },
        () =>
          `${options.out}: ${count(events.length, 'event')}, and ${count(held.length, 'record')} kept of executions.`,
      );
      return undefined;
    },
  });
}

import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { type SubjectOptions, subjectOf, subjectOption } from './subject-option.ts';

export function addSubjectsToken(parent: Command, run: Run): void {
  defineCommand<[], SubjectOptions>(parent, run, {
    name: 'token',
    summary: 'Tell by which token a person goes in the audit log',
    description:
      'Tell by which token a person goes in the audit log, as events name nobody. The question is recorded, without the person.',
    examples: [
      "patchbay subjects token --tenant acme --subject 'phone:+15551234567'",
      "patchbay subjects token --subject - <<< 'email:ada@example.com'",
    ],
    configure: subjectOption,
    async run(context, options) {
      const admin = await context.admin();
      const found = await admin.subjects.find(await subjectOf(context, options));
      context.show({ tenant: admin.tenant, ...found }, () =>
        [
          `${found.token}  ${found.canonical}`,
          found.has_key ? 'What is kept of them can be read.' : 'Nothing that is kept of them can be read.',
          ...found.erased.map((token) => context.style.quiet(`${token}  erased`)),
        ].join('\n'),
      );
      return undefined;
    },
  });
}

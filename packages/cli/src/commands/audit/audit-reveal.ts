import { idSchema } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';

export function addAuditReveal(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'reveal <event>',
    summary: 'Read what an event keeps of a person',
    description:
      'Read what an event keeps of a person, sealed, where the tenant wants that kept and the person was not erased. The look is recorded.',
    examples: ['patchbay audit reveal aud_01JD0000000000000000000000'],
    async run(context, _options, event) {
      if (!idSchema('auditEvent').safeParse(event).success)
        throw new UsageError(`'${event}' is no event id, such as aud_01JD0000000000000000000000.`);
      const admin = await context.admin();
      const revealed = await admin.subjects.reveal(event);
      context.show({ tenant: admin.tenant, ...revealed }, () =>
        [revealed.subject, JSON.stringify(revealed.personal, null, 2)].join('\n'),
      );
      return undefined;
    },
  });
}

import { AuditClass, idSchema } from '@patchbay/contracts';
import { type Command, Option } from 'commander';
import { defineCommand, defineGroup, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { parseTime } from '../../input/time.ts';
import { renderHolds } from '../../render/holds.ts';

export function addHold(parent: Command, run: Run): void {
  const hold = defineGroup(parent, 'hold', 'Keep audit events from being purged, whatever their age');
  addPlace(hold, run);
  addList(hold, run);
  addRelease(hold, run);
}

interface PlaceOptions {
  readonly class?: AuditClass;
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  readonly reason: string;
}

function addPlace(parent: Command, run: Run): void {
  defineCommand<[], PlaceOptions>(parent, run, {
    name: 'place',
    summary: 'Place a legal hold on a tenant’s log, or on a part of it',
    examples: [
      'patchbay audit hold place --reason "Case 4711"',
      'patchbay audit hold place --class execution --from 2026-03-01 --to 2026-04-01 --reason "Case 4711"',
      'patchbay audit hold place --subject tok_8Jq2 --reason "Dispute of 12 May"',
    ],
    configure: (command) =>
      command
        .requiredOption('--reason <text>', 'why, for the audit log')
        .addOption(new Option('--class <class>', 'only events of this class').choices(AuditClass.options))
        .option('--subject <text>', 'only of this end user’s token, actor, session, or thing that they are about')
        .option('--from <time>', 'only events of this time or later')
        .option('--to <time>', 'only events before this time'),
    async run(context, options) {
      const now = Date.now();
      const hold = await (await context.admin()).audit.placeHold({
        reason: options.reason,
        ...(options.class !== undefined && { class: options.class }),
        ...(options.subject !== undefined && { subject: options.subject }),
        ...(options.from !== undefined && { from: parseTime('--from', options.from, now) }),
        ...(options.to !== undefined && { to: parseTime('--to', options.to, now) }),
      });
      context.show({ hold }, () => `${context.style.good('placed')}  ${hold.id}`);
      return undefined;
    },
  });
}

function addList(parent: Command, run: Run): void {
  defineCommand<[], { readonly released?: boolean }>(parent, run, {
    name: 'list',
    summary: 'Show the holds that are on, newest first',
    examples: ['patchbay audit hold list', 'patchbay audit hold list --released --json'],
    configure: (command) => command.option('--released', 'those that were released, too'),
    async run(context, { released = false }) {
      const holds = await (await context.admin()).audit.holds({ released });
      context.show({ holds }, () => (holds.length === 0 ? 'There is no hold.' : renderHolds(holds, context)));
      return undefined;
    },
  });
}

function addRelease(parent: Command, run: Run): void {
  defineCommand<[string], { readonly reason: string }>(parent, run, {
    name: 'release <hold>',
    summary: 'End a hold: what is past its time goes with the next purge',
    examples: ['patchbay audit hold release hld_01JD0000000000000000000000 --reason "Settled"'],
    configure: (command) => command.requiredOption('--reason <text>', 'why, for the audit log'),
    async run(context, { reason }, id) {
      if (!idSchema('hold').safeParse(id).success)
        throw new UsageError(`'${id}' is no hold's id, such as hld_01JD0000000000000000000000.`);
      const hold = await (await context.admin()).audit.releaseHold(id, reason);
      context.show({ hold }, () => `${context.style.good('released')}  ${hold.id}`);
      return undefined;
    },
  });
}

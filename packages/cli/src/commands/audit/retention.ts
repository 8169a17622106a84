import { AuditClass } from '@patchbay/contracts';
import { type Command, Option } from 'commander';
import { defineCommand, defineGroup, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { none } from '../../input/or-none.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { renderRetention } from '../../render/retention.ts';

export function addRetention(parent: Command, run: Run): void {
  const retention = defineGroup(parent, 'retention', 'Say how long audit events are kept, by class and tenant');
  addShow(retention, run);
  addSet(retention, run);
  addRemove(retention, run);
  addRegime(retention, run);
  addPurge(retention, run);
}

interface Whose {
  readonly allTenants?: boolean;
}

interface Which extends Whose {
  readonly class?: AuditClass;
}

const whose = (command: Command) => command.option('--all-tenants', 'the rules of every tenant without one of its own');
const which = (command: Command) =>
  whose(command).addOption(new Option('--class <class>', 'only of this class').choices(AuditClass.options));
const scopeOf = ({ allTenants }: Whose) => (allTenants ? ([{ tenant: null }] as const) : ([] as const));

function addShow(parent: Command, run: Run): void {
  defineCommand<[], Whose>(parent, run, {
    name: 'show',
    summary: 'Show what holds for each class, and by which rule',
    examples: ['patchbay audit retention show', 'patchbay audit retention show --all-tenants --json'],
    configure: whose,
    async run(context, options) {
      const admin = await context.admin();
      const found = await admin.audit.retention(...scopeOf(options));
      context.show({ tenant: options.allTenants ? null : admin.tenant, ...found }, () =>
        renderRetention(found, context),
      );
      return undefined;
    },
  });
}

function addSet(parent: Command, run: Run): void {
  defineCommand<[string], Which>(parent, run, {
    name: 'set <days>',
    summary: 'Have bodies of events go after so many days; none keeps them without limit',
    description:
      'Have bodies of events go after so many days; none keeps them without limit. Their leaves stay, so that proofs hold. What a rule leaves out the next one says: class and tenant, tenant, class of every tenant, every tenant; without any nothing goes.',
    examples: [
      'patchbay audit retention set 730',
      'patchbay audit retention set 90 --class egress',
      'patchbay audit retention set 2557 --all-tenants',
      'patchbay audit retention set none --class credential',
    ],
    configure: which,
    async run(context, options, text) {
      const days = text === none ? null : daysOf(text);
      const { rule, replaced } = await (await context.admin()).audit.setRetention(
        { days, class: options.class ?? null },
        ...scopeOf(options),
      );
      const before = replaced === null ? '' : `, before: ${said(replaced.days)}`;
      context.show({ rule, replaced }, () => `${context.style.good('set')}  ${said(rule.days)}${before}`);
      return undefined;
    },
  });
}

function addRemove(parent: Command, run: Run): void {
  defineCommand<[], Which>(parent, run, {
    name: 'remove',
    summary: 'Take a rule away, so that what it fell back on holds',
    examples: ['patchbay audit retention remove', 'patchbay audit retention remove --class egress'],
    configure: which,
    async run(context, options) {
      await (await context.admin()).audit.removeRetention({ class: options.class ?? null }, ...scopeOf(options));
      context.show({ removed: true }, () => context.style.good('removed'));
      return undefined;
    },
  });
}

function addRegime(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'regime <regime>',
    summary: 'Bind the tenant to what a law asks for: hipaa, or none',
    description:
      'Bind the tenant to what a law asks for. Under hipaa nothing of its log goes before 2,192 days (six years), whatever a rule says; rules that say less are refused. none frees it.',
    examples: ['patchbay audit retention regime hipaa --tenant clinic', 'patchbay audit retention regime none'],
    async run(context, _options, regime) {
      if (regime !== 'hipaa' && regime !== none) throw new UsageError(`A regime is hipaa or none, not '${regime}'.`);
      const result = await (await context.admin()).audit.setRegime(regime === none ? null : regime);
      context.show(result, () => `${context.style.good('set')}  ${result.tenant}  ${result.regime ?? none}`);
      return undefined;
    },
  });
}

function addPurge(parent: Command, run: Run): void {
  defineCommand<[], { readonly dryRun?: boolean }>(parent, run, {
    name: 'purge',
    summary: 'Take away now what is past its time, as happens every hour by itself',
    examples: ['patchbay audit retention purge --dry-run', 'patchbay audit retention purge'],
    configure: (command) => command.option('--dry-run', 'count, and take nothing'),
    async run(context, { dryRun = false }) {
      const { audit } = await context.admin();
      const purged: Record<string, number> = {};
      let held = 0;
      for (let more = true; more; ) {
        const round = await audit.purge({ dryRun });
        for (const [name, events] of Object.entries(round.purged)) purged[name] = (purged[name] ?? 0) + events;
        held = round.held;
        more = round.more && !dryRun;
      }
      const all = Object.values(purged).reduce((sum, events) => sum + events, 0);
      const kept = held === 0 ? '' : `; ${held} past their time are under a legal hold`;
      context.show({ dry_run: dryRun, purged, held }, () =>
        dryRun ? `${all} events would lose their bodies${kept}.` : `${all} events lost their bodies${kept}.`,
      );
      return undefined;
    },
  });
}

const said = (days: number | null) => (days === null ? 'kept without limit' : `${days} days`);

function daysOf(text: string): number {
  try {
    return wholeNumber('<days>', 1, 36_500)(text);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

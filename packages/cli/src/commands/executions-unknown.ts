import type { UnknownExecution } from '@patchbay/contracts';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { defineCommand, type Run } from '../define-command.ts';
import { parseTime } from '../input/time.ts';
import { wholeNumber } from '../input/whole-number.ts';
import { clock, count } from '../render/style.ts';
import { renderTable } from '../render/table.ts';

interface Options {
  readonly from: string;
  readonly limit: number;
}

export function addExecutionsUnknown(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'unknown',
    summary: 'List executions of which nobody knows whether they had their effect',
    description: `List executions of which nobody knows whether they had their effect, newest first: those whose executor was
lost ('no outcome'; they count from three minutes on, when no deadline can still be running), and those whose
request left without an answer ('outcome unknown'). Look at the upstream for each. A repeat under the same
idempotency key never acts twice.`,
    examples: ['patchbay executions unknown', 'patchbay executions unknown --from 1h --json'],
    configure: (command) =>
      command
        .option('--from <time>', 'at this time or later: RFC 3339, or how long ago, such as 15m, 2h; at most 7d', '7d')
        .option('--limit <n>', 'at most this many, 1 to 1,000', wholeNumber('--limit', 1, 1_000), 100),
    async run(context, { from, limit }) {
      const now = Date.now();
      const since = Date.parse(parseTime('--from', from, now));
      const admin = await context.admin();
      const found = await admin.listUnknown({
        within_ms: Math.min(604_800_000, Math.max(1, now - since)),
        limit,
      });
      context.show({ tenant: admin.tenant, ...found }, () =>
        found.executions.length === 0
          ? 'Every execution has a known outcome.'
          : `${render(found.executions, context)}\n\n${count(found.executions.length, 'execution')}${found.more ? '; there are older ones (--limit)' : ''}.`,
      );
      return undefined;
    },
  });
}

function render(executions: readonly UnknownExecution[], { io, style }: Pick<CommandContext, 'io' | 'style'>): string {
  return renderTable<UnknownExecution>(
    executions,
    [
      { title: 'TIME (UTC)', value: ({ time }) => clock(time), paint: style.quiet },
      { title: 'EXECUTION', value: ({ execution_id: id }) => id },
      { title: 'TOOL', value: ({ tool }) => tool ?? '', paint: style.name },
      { title: 'WHY', value: ({ why }) => why.replace('_', ' '), paint: style.bad },
      { title: 'SESSION', value: ({ session }) => session ?? '', flexible: true, paint: style.quiet },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
}

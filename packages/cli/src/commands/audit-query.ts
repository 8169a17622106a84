import { type AuditEvent, idSchema } from '@patchbay/contracts';
import type { Command } from 'commander';
import {
  type AuditFilterOptions,
  type AuditFormat,
  addAuditFilters,
  addAuditFormat,
  auditFilter,
  auditLine,
} from '../audit-options.ts';
import { defineCommand, type Run } from '../define-command.ts';
import { UsageError } from '../failures.ts';
import { parseTime } from '../input/time.ts';
import { wholeNumber } from '../input/whole-number.ts';
import { renderAuditEvents } from '../render/audit-events.ts';
import { count } from '../render/style.ts';

interface Options extends AuditFilterOptions {
  readonly execution?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly format: AuditFormat;
}

export function addAuditQuery(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'query',
    summary: 'Find audit events, newest first',
    description: 'Find audit events, newest first. The query is itself recorded.',
    examples: [
      'patchbay audit query --from 15m --status failed',
      'patchbay audit query --execution exe_01JD0000000000000000000000',
      'patchbay audit query --session call-77 --from 2026-03-02T00:00:00Z --to 2026-03-03T00:00:00Z --json',
      'patchbay audit query --from 1h --limit 1000 --format ocsf',
    ],
    configure: (command) =>
      addAuditFormat(addAuditFilters(command))
        .option('--execution <id>', 'only of this execution')
        .option('--from <time>', 'at this time or later: RFC 3339, or how long ago, such as 15m, 2h, 3d')
        .option('--to <time>', 'before this time')
        .option('--limit <n>', 'at most this many, 1 to 10,000', wholeNumber('--limit', 1, 10_000), 50),
    async run(context, options) {
      const { execution, from, to, limit } = options;
      if (execution !== undefined && !idSchema('execution').safeParse(execution).success)
        throw new UsageError(`'${execution}' is no execution id, such as exe_01JD0000000000000000000000.`);
      const now = Date.now();
      const query = {
        ...auditFilter(options),
        ...(execution !== undefined && { execution_id: execution }),
        ...(from !== undefined && { from: parseTime('--from', from, now) }),
        ...(to !== undefined && { to: parseTime('--to', to, now) }),
      };
      const admin = await context.admin();
      const events: AuditEvent[] = [];
      let cursor: string | null = null;
      do {
        const page = await admin.queryAudit({
          ...query,
          limit: Math.min(1_000, limit - events.length),
          ...(cursor !== null && { cursor }),
        });
        events.push(...page.events);
        cursor = page.next_cursor;
      } while (cursor !== null && events.length < limit);
      const more = cursor !== null;
      if (options.format !== 'text') {
        for (const event of events) {
          const line = auditLine(event, options.format);
          if (line !== null) context.showLine(line.document, () => line.text);
        }
        if (more) context.note('There are older ones (--limit, --to).');
        return undefined;
      }
      context.show({ tenant: admin.tenant, events, more }, () =>
        events.length === 0
          ? 'No audit event matches.'
          : `${renderAuditEvents(events, context)}\n\n${count(events.length, 'event')}${more ? '; there are older ones (--limit, --to)' : ''}.`,
      );
      return undefined;
    },
  });
}

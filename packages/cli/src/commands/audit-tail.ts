import { setTimeout as delay } from 'node:timers/promises';
import { type AuditEvent, PatchbayError } from '@patchbay/contracts';
import type { Command } from 'commander';
import {
  type AuditFilterOptions,
  type AuditFormat,
  addAuditFilters,
  addAuditFormat,
  auditFilter,
  auditLine,
} from '../audit-options.ts';
import type { CommandContext } from '../context.ts';
import { defineCommand, type Run } from '../define-command.ts';
import { AuditFollower } from '../follow-audit.ts';
import { wholeNumber } from '../input/whole-number.ts';
import { renderAuditLine } from '../render/audit-events.ts';

interface Options extends AuditFilterOptions {
  readonly lines: number;
  readonly interval: number;
  readonly once?: boolean;
  readonly format: AuditFormat;
}

export function addAuditTail(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'tail',
    summary: 'Show the latest audit events, and new ones as they come',
    description:
      'Show the latest audit events, and new ones as they come, until Ctrl-C. Each look is itself recorded; those records are shown with --class query only. With --json, one event a line.',
    examples: [
      'patchbay audit tail',
      'patchbay audit tail --session call-77',
      'patchbay audit tail --once --lines 50 --json',
      'patchbay audit tail --format ocsf',
    ],
    configure: (command) =>
      addAuditFormat(addAuditFilters(command))
        .option('--lines <n>', 'how many to begin with, 0 to 1,000', wholeNumber('--lines', 0, 1_000), 10)
        .option(
          '--interval <ms>',
          'milliseconds between looks, 100 to 60,000',
          wholeNumber('--interval', 100, 60_000),
          1_000,
        )
        .option('--once', 'show the latest and end'),
    async run(context, options) {
      const admin = await context.admin();
      const wanted = (event: AuditEvent) => options.class === 'query' || event.type !== 'dev.patchbay.audit.queried';
      const { follower, latest } = await AuditFollower.start(
        admin.queryAudit,
        auditFilter(options),
        options.lines,
        wanted,
      );
      print(context, latest, options.format);
      if (options.once) return undefined;
      context.note(context.style.quiet(`Following tenant '${admin.tenant}'. Ctrl-C ends.`));
      while (await interval(options.interval, context.io.interrupt))
        print(context, (await readOrWait(follower)).filter(wanted), options.format);
      return undefined;
    },
  });
}

function print(context: CommandContext, events: readonly AuditEvent[], format: AuditFormat): void {
  for (const event of events) {
    const line = auditLine(event, format);
    context.showLine(line?.document ?? event, () => line?.text ?? renderAuditLine(event, context));
  }
}

/** Nothing while the log cannot be read: the next reading gives what this one would have. */
async function readOrWait(follower: AuditFollower): Promise<AuditEvent[]> {
  try {
    return await follower.read();
  } catch (error) {
    if (error instanceof PatchbayError && (error.body.retryable || error.code === 'deadline_exceeded')) return [];
    throw error;
  }
}

/** False when the wait was ended by the person. */
async function interval(ms: number, interrupt: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal: interrupt });
    return true;
  } catch {
    return false;
  }
}

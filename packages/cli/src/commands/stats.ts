import { setTimeout as delay } from 'node:timers/promises';
import { type ExecutorStats, PatchbayError } from '@patchbay/contracts';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { defineCommand, type Run } from '../define-command.ts';
import { wholeNumber } from '../input/whole-number.ts';
import { renderStats } from '../render/stats.ts';
import { reportOf } from '../stats/merge-stats.ts';

interface Options {
  readonly watch?: boolean;
  readonly interval: number;
}

export function addStats(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'stats',
    summary: 'Show what the executors do: rates, errors, latencies, open circuits',
    description:
      'Show what all executors together do. Counts and times are those since each executor started, rates those of one interval. With --watch, everything is of the last interval, until Ctrl-C; with --json, one line an interval.',
    examples: ['patchbay stats', 'patchbay stats --watch --interval 5000', 'patchbay stats --json'],
    configure: (command) =>
      command
        .option('--watch', 'go on, and show each interval')
        .option(
          '--interval <ms>',
          'length of an interval, 500 to 60,000',
          wholeNumber('--interval', 500, 60_000),
          1_000,
        ),
    async run(context, { watch = false, interval }) {
      let before = await sample(context);
      do {
        if (!(await pause(interval, context.io.interrupt))) return undefined;
        const now = await sample(context);
        const seconds = (now.at - before.at) / 1_000;
        const report = reportOf(now.stats, before.stats, { seconds, interval: watch });
        if (watch) context.showLine(report, () => `\n${renderStats(report, context)}`);
        else context.show(report, () => renderStats(report, context));
        before = now;
      } while (watch);
      return undefined;
    },
  });
}

/** @throws PatchbayError `overloaded` when no executor answers. */
async function sample(context: CommandContext): Promise<{ stats: ExecutorStats[]; at: number }> {
  const admin = await context.admin();
  const at = performance.now();
  const stats = await admin.executorStats();
  if (stats.length === 0) throw new PatchbayError('overloaded', { message: 'No executor answers.' });
  return { stats, at };
}

/** False when the wait was ended by the person. */
async function pause(ms: number, interrupt: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal: interrupt });
    return true;
  } catch {
    return false;
  }
}

import { maxReplay } from '@patchbay/contracts';
import type { WebhookDeadLettersAdmin } from '@patchbay/sdk';
import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import {
  type DeadLetterFilterOptions,
  deadLetterFilter,
  deadLetterFilterOptions,
} from '../../input/dead-letter-filter.ts';
import { confirmed } from '../../input/prompt.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { count } from '../../render/style.ts';

export interface ChangeOptions extends DeadLetterFilterOptions {
  readonly every?: boolean;
  readonly limit: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function changeOptions(command: Command): Command {
  return deadLetterFilterOptions(command)
    .option('--every', 'all there are, without a filter')
    .option('--limit <n>', `at most so many, 1 to ${maxReplay}`, wholeNumber('--limit', 1, maxReplay), 1_000)
    .option('--dry-run', 'only say how many')
    .option('--yes', 'do not ask');
}

/** Counts the dead letters that are meant, asks, and does it. `verb` as in `Redrive 3 dead letters?`. */
export async function changeDeadLetters(
  context: CommandContext,
  options: ChangeOptions,
  ids: readonly string[],
  change: WebhookDeadLettersAdmin['redrive'],
  { verb, done }: { readonly verb: string; readonly done: string },
): Promise<undefined> {
  const filter = deadLetterFilter(options, ids);
  if (Object.keys(filter).length === 0 && !options.every)
    throw new UsageError('Say which dead letters, by their ids, by --subscription, --reason and the like, or --every.');
  const asked = { ...filter, limit: options.limit };
  const counted = await change({ ...asked, dry_run: true });
  const what = `${count(counted.count, 'dead letter')}${counted.more ? `, no more than ${options.limit} at once (--limit)` : ''}`;
  if (options.dryRun || counted.count === 0) {
    context.show(counted, () => `Would ${verb.toLowerCase()} ${what}.`);
    return;
  }
  if (!(await confirmed(`${verb} ${what}?`, options.yes ?? false, context.io))) {
    context.show(counted, () => 'Nothing was changed.');
    return;
  }
  const result = await change({ ...asked, dry_run: false });
  context.show(result, () => `${context.style.good(done)}  ${count(result.count, 'dead letter')}`);
}

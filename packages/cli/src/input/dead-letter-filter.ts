import { type ChangeWebhookDeadLettersRequest, WebhookDeadLetterReason } from '@patchbay/contracts';
import { type Command, Option } from 'commander';
import { parseTime } from './time.ts';
import { requireWebhookId, webhookId } from './webhook-id.ts';

/** What commands take that are about some of the dead letters. */
export interface DeadLetterFilterOptions {
  readonly subscription?: string;
  readonly source?: string;
  readonly reason?: WebhookDeadLetterReason;
  readonly from?: string;
  readonly until?: string;
}

export function deadLetterFilterOptions(command: Command): Command {
  return command
    .option('--subscription <sub>', 'only to this subscription', webhookId('subscription'))
    .option('--source <src>', 'only of this source', webhookId('webhookSource'))
    .addOption(
      new Option('--reason <reason>', 'exhausted: every attempt failed; system: Patchbay could not').choices(
        WebhookDeadLetterReason.options,
      ),
    )
    .option('--from <time>', 'given up at this time or later: RFC 3339, or how long ago, such as 15m, 2h, 3d')
    .option('--until <time>', 'not after this time');
}

/** @throws UsageError */
export function deadLetterFilter(
  { subscription, source, reason, from, until }: DeadLetterFilterOptions,
  ids: readonly string[] = [],
): Partial<Omit<ChangeWebhookDeadLettersRequest, 'tenant' | 'dry_run' | 'limit'>> {
  const now = Date.now();
  return {
    ...(subscription !== undefined && { subscription }),
    ...(source !== undefined && { source }),
    ...(reason !== undefined && { reason }),
    ...(from !== undefined && { from: parseTime('--from', from, now) }),
    ...(until !== undefined && { to: parseTime('--until', until, now) }),
    ...(ids.length > 0 && { ids: ids.map((id) => requireWebhookId('delivery', id)) }),
  };
}

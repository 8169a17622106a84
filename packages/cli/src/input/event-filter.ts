import type { WebhookEventFilter } from '@patchbay/contracts';
import type { Command } from 'commander';
import { several } from './several.ts';
import { parseTime } from './time.ts';
import { webhookId } from './webhook-id.ts';

/** What commands take that are about some of the webhook events. */
export interface EventFilterOptions {
  readonly source?: string;
  readonly type: readonly string[];
  readonly from?: string;
  readonly until?: string;
  readonly text?: string;
}

export function eventFilterOptions(command: Command): Command {
  return command
    .option('--source <src>', 'only of this source', webhookId('webhookSource'))
    .option('--type <type>', 'only of this type, * for any characters; may be given several times', several, [])
    .option('--from <time>', 'at this time or later: RFC 3339, or how long ago, such as 15m, 2h, 3d')
    .option('--until <time>', 'not after this time')
    .option('--text <text>', 'only with this text in the payload');
}

/** @throws UsageError */
export function eventFilter({ source, type, from, until, text }: EventFilterOptions): WebhookEventFilter {
  const now = Date.now();
  return {
    ...(source !== undefined && { source }),
    ...(type.length > 0 && { types: [...type] }),
    ...(from !== undefined && { from: parseTime('--from', from, now) }),
    ...(until !== undefined && { to: parseTime('--until', until, now) }),
    ...(text !== undefined && { text }),
  };
}

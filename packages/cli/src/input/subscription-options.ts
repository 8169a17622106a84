import { issuesOf, WebhookFilter } from '@patchbay/contracts';
import type { NewSubscription } from '@patchbay/sdk';
import type { Command } from 'commander';
import { UsageError } from '../failures.ts';
import type { CliIo } from '../terminal.ts';
import { none, nullForNone, orNone } from './or-none.ts';
import { readJson } from './read-source.ts';
import { several } from './several.ts';
import { parseSpan } from './time.ts';
import { webhookId } from './webhook-id.ts';
import { wholeNumber } from './whole-number.ts';

/** What a subscription has beside its target. `none` gives one back to its default where a subscription is changed. */
export interface SubscriptionOptions {
  readonly name?: string;
  readonly source?: string;
  readonly type: readonly string[];
  readonly filter?: string;
  readonly orderBy?: string;
  readonly concurrency?: number;
  readonly rate?: string;
  readonly retry?: string;
  readonly expires?: string;
}

export function subscriptionOptions(command: Command): Command {
  return command
    .option('--name <text>', 'what people call it')
    .option('--source <src>', 'events of this source; default: of every one', orNone(webhookId('webhookSource')))
    .option('--type <type>', 'events of this type, * for any characters; may be given several times', several, [])
    .option('--filter <json>', 'a condition on body and headers: JSON, @file or -')
    .option('--order-by <template>', 'events of one key one after another, such as {body.customer.id}')
    .option(
      '--concurrency <n>',
      'deliveries under way at once, 1 to 256 (default: 8)',
      wholeNumber('--concurrency', 1, 256),
    )
    .option('--rate <n/s>', 'deliveries a second, with :<burst> for how many at once after a pause, such as 10:20')
    .option('--retry <waits>', 'waits before further attempts, such as 5s,30s,10m; none for no retries')
    .option('--expires <time>', 'when it ends by itself, RFC 3339');
}

/** The fields that were given. @throws UsageError */
export async function readSubscription(
  options: SubscriptionOptions,
  io: CliIo,
): Promise<Partial<Omit<NewSubscription, 'target'>>> {
  const { name, source, type, filter, orderBy, concurrency, rate, retry, expires } = options;
  return {
    ...(name !== undefined && { name }),
    ...(source !== undefined && { source: nullForNone(source) }),
    ...(type.length > 0 && { types: [...type] }),
    ...(filter !== undefined && { filter: filter === none ? null : await readFilter(filter, io) }),
    ...(orderBy !== undefined && { order_by: nullForNone(orderBy) }),
    ...(concurrency !== undefined && { concurrency }),
    ...(rate !== undefined && { rate: rate === none ? null : rateOf(rate) }),
    ...(retry !== undefined && {
      retry: { schedule_ms: retry === none ? [] : retry.split(',').map((wait) => parseSpan('--retry', wait.trim())) },
    }),
    ...(expires !== undefined && { expires_at: expires === none ? null : timeOf(expires) }),
  };
}

async function readFilter(source: string, io: CliIo): Promise<WebhookFilter> {
  const parsed = WebhookFilter.safeParse(await readJson('--filter', source, io));
  if (parsed.success) return parsed.data;
  const issues = issuesOf(parsed.error).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  throw new UsageError(
    `--filter is no condition such as {"body":"status","equals":"paid"} or {"all":[…]}: ${issues.join('; ')}.`,
  );
}

function rateOf(text: string): { per_second: number; burst?: number } {
  const [, perSecond, burst] = /^(\d+(?:\.\d+)?)(?::(\d+))?$/.exec(text) ?? [];
  if (perSecond === undefined)
    throw new UsageError(`--rate takes deliveries a second, such as 10 or 10:20; not '${text}'.`);
  return { per_second: Number(perSecond), ...(burst !== undefined && { burst: Number(burst) }) };
}

function timeOf(text: string): string {
  const time = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new UsageError('--expires takes a time such as 2026-12-24T18:00:00Z.');
  return new Date(time).toISOString();
}

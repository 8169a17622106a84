import { setTimeout as delay } from 'node:timers/promises';
import { PatchbayError, type StoredKeptRequest } from '@patchbay/contracts';
import type { WebhooksAdmin } from '@patchbay/sdk';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { webhookId } from '../../input/webhook-id.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { renderKeptRequest } from '../../render/kept-requests.ts';
import { urlOf } from '../../render/webhook-sources.ts';

interface Options {
  readonly source?: string;
  readonly keep?: boolean;
  readonly count?: number;
  readonly all?: boolean;
}

const lookEveryMs = 1_000;
/** What a bin keeps. */
const lookBack = 200;

export function addBin(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'bin',
    summary: 'Make a URL that takes everything, and show what arrives there',
    description:
      'Make a URL that takes everything, and show what arrives there, until Ctrl-C; then the URL is gone, unless --keep. Nothing is verified and nothing is delivered; credentials are not kept. For looking at what a vendor really sends.',
    examples: [
      'patchbay webhooks bin',
      'patchbay webhooks bin --keep --count 1 --json',
      'patchbay webhooks bin --source src_01JD0000000000000000000000     # one that was kept',
    ],
    configure: (command) =>
      command
        .option('--source <src>', 'look at this bin, which stays', webhookId('webhookSource'))
        .option('--keep', 'leave the URL in place at the end')
        .option('--count <n>', 'end after so many requests', wholeNumber('--count', 1, 1_000_000))
        .option('--all', 'show bodies whole, however long'),
    async run(context, { source: existing, keep = false, count = Number.POSITIVE_INFINITY, all }) {
      const { style, io } = context;
      const { sources, rejected } = (await context.admin()).webhooks;
      const source =
        existing === undefined ? await sources.add({ mode: 'capture', name: 'bin' }) : await sources.show(existing);
      if (source.mode !== 'capture')
        throw new UsageError(`${source.id} verifies what comes: see patchbay webhooks events and rejected.`);
      context.showLine({ source }, () => `${style.strong(urlOf(source))}\n${style.quiet(`  ${source.id}`)}`);
      context.note(style.quiet('Waiting for requests. Ctrl-C ends.'));
      try {
        let shown = 0;
        for await (const request of arrivals(rejected, source.id, existing === undefined, io.interrupt)) {
          context.showLine(request, () => `\n${renderKeptRequest(request, style, all)}`);
          if (++shown >= count) break;
        }
      } finally {
        if (existing === undefined && !keep) await sources.remove(source.id);
      }
      return undefined;
    },
  });
}

/** What comes to a bin from now on, oldest first, until Ctrl-C. */
async function* arrivals(
  { list, show }: WebhooksAdmin['rejected'],
  source: string,
  isNew: boolean,
  interrupt: AbortSignal,
): AsyncGenerator<StoredKeptRequest, void, undefined> {
  const look = () => list(source, { kind: 'captured', limit: lookBack });
  // What an old bin holds is old news; at a new one everything is news, also what came before the first look.
  const seen = new Set(isNew ? [] : (await look()).map(({ id }) => id));
  while (await delay(lookEveryMs, true, { signal: interrupt }).catch(() => false)) {
    const found = await look().catch((error: unknown) => {
      // It answers again, or the next look fails for good.
      if (error instanceof PatchbayError && error.body.retryable) return [];
      throw error;
    });
    for (const { id } of found.reverse()) {
      if (seen.has(id)) continue;
      seen.add(id);
      yield await show(source, id);
    }
  }
}

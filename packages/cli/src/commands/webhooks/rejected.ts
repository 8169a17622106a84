import type { KeptRequest } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { webhookId } from '../../input/webhook-id.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { renderKeptRequests } from '../../render/kept-requests.ts';

interface Options {
  readonly source?: string;
  readonly captured?: boolean;
  readonly limit: number;
}

export function addRejected(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'rejected',
    summary: 'List requests that were turned away, newest first; they are kept for a day',
    description:
      'List requests that were turned away, newest first. They are kept for a day, the latest fifty of each source. `webhooks inspect` shows why, and what the signature was computed over.',
    examples: [
      'patchbay webhooks rejected',
      'patchbay webhooks rejected --source src_01JD0000000000000000000000 --json',
      'patchbay webhooks rejected --captured              # what came to bins',
    ],
    configure: (command) =>
      command
        .option('--source <src>', 'only of this source', webhookId('webhookSource'))
        .option('--captured', 'what came to bins instead')
        .option('--limit <n>', 'at most so many, 1 to 200', wholeNumber('--limit', 1, 200), 50),
    async run(context, { source, captured = false, limit }) {
      const { sources, rejected } = (await context.admin()).webhooks;
      const kind: KeptRequest['kind'] = captured ? 'captured' : 'rejected';
      const ids = source === undefined ? (await sources.list()).map(({ id }) => id) : [source];
      const lists = await Promise.all(ids.map((id) => rejected.list(id, { kind, limit })));
      const requests = lists
        .flat()
        .sort((a, b) => b.received_at.localeCompare(a.received_at) || b.id.localeCompare(a.id))
        .slice(0, limit);
      context.show(
        { requests },
        () => renderKeptRequests(requests, context) || `No request was ${kind} within the last day.`,
      );
      return undefined;
    },
  });
}

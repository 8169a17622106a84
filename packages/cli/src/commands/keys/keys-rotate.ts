import { keyOverlapMs } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { platformOption, requireKeyId, tenantOfKey, type WhoseKey } from '../../input/key-options.ts';
import { type OverlapOptions, overlapOption } from '../../input/overlap.ts';
import { parseSpan } from '../../input/time.ts';
import { keyText } from '../../render/keys.ts';

interface Options extends WhoseKey, OverlapOptions {
  readonly header?: boolean;
}

export function addKeysRotate(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'rotate <id>',
    summary: 'Make a key that takes another’s place, and print it this once',
    examples: [
      'patchbay keys rotate key_01JD0000000000000000000000 > front-desk.key',
      'patchbay keys rotate key_01JD0000000000000000000000 --overlap 2h',
    ],
    configure: (command) =>
      platformOption(overlapOption(command, 'goes on')).option('--header', 'print it as a header, for curl -H @file'),
    async run(context, options, id) {
      requireKeyId(id);
      const overlapMs = options.overlap === undefined ? undefined : parseSpan('--overlap', options.overlap);
      if (overlapMs !== undefined && overlapMs > keyOverlapMs.most)
        throw new UsageError('--overlap takes at most thirty days, 30d.');
      const admin = await context.admin();
      const made = await admin.keys.rotate(id, {
        ...tenantOfKey(options),
        ...(overlapMs !== undefined && { overlapMs }),
      });
      context.note(
        `${context.style.good('made')}  ${made.key.id}  in the place of ${id}, until ${made.replaced.expires_at}`,
      );
      context.show(made, () => keyText(made, options.header ?? false));
      return undefined;
    },
  });
}

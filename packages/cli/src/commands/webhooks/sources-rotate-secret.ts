import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { schemeNamed } from '../../input/hook-options.ts';
import { readNewSecret } from '../../input/new-secret.ts';
import { type OverlapOptions, overlapOption, readOverlap } from '../../input/overlap.ts';
import { requireWebhookId } from '../../input/webhook-id.ts';
import { renderSource } from '../../render/webhook-sources.ts';

interface Options extends OverlapOptions {
  readonly secretFile?: string;
}

export function addSourcesRotateSecret(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'rotate-secret <source>',
    summary: 'Give a source its secret, or a new one beside those that it has',
    description:
      'Give a source its secret, or a new one beside those that it has, which go on counting for the overlap. The secret is read from a file, from standard input (-) or from a hidden prompt, and sealed here to the key of the vault.',
    examples: [
      'patchbay webhooks sources rotate-secret src_01JD0000000000000000000000     # asks for it',
      'patchbay webhooks sources rotate-secret src_01JD0000000000000000000000 --secret-file new --overlap 2h',
      'patchbay webhooks sources rotate-secret src_01JD0000000000000000000000 --secret-file new --overlap 0',
    ],
    configure: (command) =>
      overlapOption(
        command.option('--secret-file <file>', 'the secret, in a file or on standard input (-)'),
        'go on counting',
      ),
    async run(context, options, id) {
      requireWebhookId('webhookSource', id);
      const overlap = readOverlap(options);
      const { sources } = (await context.admin()).webhooks;
      const { scheme } = await sources.show(id);
      if (scheme === null) throw new UsageError(`${id} is a bin: it verifies nothing, and has no secret.`);
      const secret = await readNewSecret(options.secretFile, schemeNamed(scheme), context.io);
      if (secret === null) throw new UsageError('Name a file with the secret by --secret-file, or - to pipe it in.');
      const source = await sources.addSecret(id, secret, overlap);
      context.show({ source }, () => `${context.style.good('kept')}  ${renderSource(source, context.style)}`);
      return undefined;
    },
  });
}

import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { schemeNamed } from '../../input/hook-options.ts';
import { nameValue } from '../../input/name-value.ts';
import { none, nullForNone, orNone } from '../../input/or-none.ts';
import { requireWebhookId } from '../../input/webhook-id.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { renderSource } from '../../render/webhook-sources.ts';
import { checkAgainst } from './sources-add.ts';

interface Options {
  readonly name?: string;
  readonly variant?: string;
  readonly setting: Readonly<Record<string, string>>;
  readonly publicUrl?: string;
  readonly dedupWindow?: number | typeof none;
  readonly on?: boolean;
  readonly off?: boolean;
}

export function addSourcesChange(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'change <source>',
    summary: 'Change a source, or switch it off and on',
    description:
      'Change a source, or switch it off and on. What is not named stays as it is; the word none gives an option back to its default. Its id, and so its URL’s path, stays for good.',
    examples: [
      'patchbay webhooks sources change src_01JD0000000000000000000000 --public-url https://hooks.example.com',
      'patchbay webhooks sources change src_01JD0000000000000000000000 --off',
      'patchbay webhooks sources change src_01JD0000000000000000000000 --variant none --setting webhook_id=WH-2',
    ],
    configure: (command) =>
      command
        .option('--name <text>', 'what people call it')
        .option('--variant <name>', 'one way of signing of the scheme only, or none')
        .option('--setting <name=value>', 'all of its settings anew; may be given several times', nameValue, {})
        .option('--public-url <url>', 'where vendors reach it, without a path, or none')
        .option(
          '--dedup-window <h>',
          'hours in which a second copy is the same event, 72 to 720, or none',
          orNone(wholeNumber('--dedup-window', 72, 720)),
        )
        .option('--on', 'take webhooks')
        .option('--off', 'answer as if it were not there'),
    async run(context, options, id) {
      requireWebhookId('webhookSource', id);
      const { name, variant, setting, publicUrl, dedupWindow, on, off } = options;
      if (on && off) throw new UsageError('Either --on or --off.');
      const change = {
        ...(name !== undefined && { name }),
        ...(variant !== undefined && { variant: nullForNone(variant) }),
        ...(Object.keys(setting).length > 0 && { settings: { ...setting } }),
        ...(publicUrl !== undefined && { public_url: nullForNone(publicUrl) }),
        ...(dedupWindow !== undefined && { dedup_window_h: nullForNone(dedupWindow) }),
        ...((on || off) && { enabled: on === true }),
      };
      if (Object.keys(change).length === 0) throw new UsageError('Say what to change, such as --public-url or --off.');
      const { sources } = (await context.admin()).webhooks;
      const { scheme } = await sources.show(id);
      if (scheme !== null)
        checkAgainst(schemeNamed(scheme), { setting, ...(variant !== undefined && variant !== none && { variant }) });
      const source = await sources.change(id, change);
      context.show({ source }, () => `${context.style.good('changed')}  ${renderSource(source, context.style)}`);
      return undefined;
    },
  });
}

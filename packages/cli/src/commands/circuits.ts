import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { renderCircuits } from '../render/circuits.ts';

interface Options {
  readonly host?: string;
}

export function addCircuits(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'circuits',
    summary: 'Show which upstreams calls are held back from, in every executor',
    examples: ['patchbay circuits', 'patchbay circuits --host slack.com --json'],
    configure: (command) => command.option('--host <host>', 'only of this host'),
    async run(context, { host }) {
      const admin = await context.admin();
      const executors = await admin.circuits(host === undefined ? {} : { host });
      context.show({ executors }, () => renderCircuits(executors, context));
      return undefined;
    },
  });
}

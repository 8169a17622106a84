import { maxWarmMs } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import { wholeNumber } from '../input/whole-number.ts';
import { renderWarmed } from '../render/warmed.ts';

interface Options {
  readonly tool?: readonly string[];
  readonly connection?: string;
  readonly deadline?: number;
}

export function addWarm(parent: Command, run: Run): void {
  defineCommand<[string[]], Options>(parent, run, {
    name: 'warm [integrations...]',
    summary: 'Get executors ready for calls: credentials borrowed, sockets open, nothing sent',
    examples: ['patchbay warm slack hubspot', 'patchbay warm --tool slack_post_message --deadline 500 --json'],
    configure: (command) =>
      command
        .option('--tool <name...>', 'for these tools')
        .option('--connection <id>', "this connection (default: the tenant's default for each integration)")
        .option(
          '--deadline <ms>',
          'milliseconds within which the answer must be here',
          wholeNumber('--deadline', 1, maxWarmMs),
        ),
    async run(context, { tool = [], connection, deadline }, integrations) {
      if (tool.length + integrations.length === 0) throw new UsageError('Name at least one integration, or --tool.');
      const agent = await context.agent();
      const warmed = await agent.warm({
        tools: tool,
        integrations,
        ...(connection !== undefined && { connection }),
        ...(deadline !== undefined && { deadlineMs: deadline }),
      });
      context.show(warmed, () => renderWarmed(warmed, context));
      const allReady = warmed.missing.length === 0 && warmed.integrations.every(({ ready }) => ready);
      return allReady ? exitCodes.ok : exitCodes.failed;
    },
  });
}

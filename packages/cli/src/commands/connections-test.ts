import { idSchema } from '@patchbay/contracts';
import type { TestedConnection } from '@patchbay/sdk';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';

interface Options {
  readonly all?: boolean;
}

export function addConnectionsTest(parent: Command, run: Run): void {
  defineCommand<[string | undefined], Options>(parent, run, {
    name: 'test [id]',
    summary: 'Try a connection: makes the cheap authenticated call that its integration names',
    examples: ['patchbay connections test con_01JD0000000000000000000000', 'patchbay connections test --all --json'],
    configure: (command) => command.option('--all', 'every active connection of the tenant, one after the other'),
    async run(context, { all = false }, id) {
      if (all === (id !== undefined)) throw new UsageError('Name one connection, or --all.');
      if (id !== undefined && !idSchema('connection').safeParse(id).success)
        throw new UsageError(`'${id}' is no connection id; 'patchbay connections list' has them.`);
      const admin = await context.admin();
      const ids =
        id === undefined
          ? (await admin.listConnections()).filter(({ status }) => status === 'active').map((one) => one.id)
          : [id];
      const tested: TestedConnection[] = [];
      for (const each of ids) tested.push(await admin.testConnection(each));
      context.show(
        { tested },
        () => tested.map((one) => renderTested(one, context)).join('\n') || 'No active connection.',
      );
      return tested.some(({ state }) => state === 'refused' || state === 'failed') ? exitCodes.failed : undefined;
    },
  });
}

/** One line of what trying a connection showed. */
export function renderTested(
  { connection, state, error }: TestedConnection,
  { style }: Pick<CommandContext, 'style'>,
): string {
  const of = `${connection.id}  ${style.name(connection.integration)}`;
  switch (state) {
    case 'ok':
      return `${style.good('works')}  ${of}`;
    case 'unchecked':
      return `${style.quiet('not tried')}  ${of}: its document names no health check`;
    case 'refused':
      return `${style.bad('refused')}  ${of}: the upstream does not accept the credential (${error?.message ?? error?.code})`;
    case 'failed':
      return `${style.bad('failed')}  ${of}: ${error?.message ?? error?.code}`;
  }
}

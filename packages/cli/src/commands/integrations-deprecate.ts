import type { DeprecateRequest } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { UsageError } from '../failures.ts';
import { scopeOf } from '../input/scope.ts';
import { requireVersion } from './integrations-pin.ts';
import { requireIntegrationId } from './integrations-show.ts';

interface Options {
  readonly version?: string;
  readonly message?: string;
  readonly replacedBy?: string;
  readonly sunset?: string;
  readonly undo?: boolean;
}

export function addIntegrationsDeprecate(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'deprecate <id>',
    summary: 'Say that an integration, or a version, should be used no more',
    description:
      'Say that an integration, or one version of it, should be used no more, and what to do instead. It is told wherever its tools are listed, found or described; they can still be called. A version that is published later is not deprecated.',
    examples: [
      "patchbay integrations deprecate acme_crm --message 'Use acme_desk.' --replaced-by acme_desk --sunset 2027-03-01",
      "patchbay integrations deprecate slack --version 1.0.0 --message 'Use 2.0.0.'",
      'patchbay integrations deprecate slack --undo',
    ],
    configure: (command) =>
      command
        .option('--version <version>', 'this version alone (default: all in use)')
        .option('--message <text>', 'what to do instead')
        .option('--replaced-by <name>', 'the tool or integration that takes its place')
        .option('--sunset <date>', 'the day after which it may go, YYYY-MM-DD')
        .option('--undo', 'take it back'),
    async run(context, { tenant, version, message, replacedBy, sunset, undo }, id) {
      requireIntegrationId(id);
      if (version !== undefined) requireVersion(version);
      if (sunset !== undefined && !isDay(sunset)) throw new UsageError(`'${sunset}' is no day such as 2027-03-01.`);
      if ((message === undefined) !== (undo ?? false))
        throw new UsageError('Give --message, or --undo to take it back.');
      const { integrations } = await context.admin();
      const options = { ...scopeOf(tenant), ...(version !== undefined && { version }) };
      const deprecation: DeprecateRequest['deprecation'] =
        message === undefined
          ? null
          : {
              message,
              ...(replacedBy !== undefined && { replaced_by: replacedBy }),
              ...(sunset !== undefined && { sunset }),
            };
      const result =
        deprecation === null
          ? await integrations.undeprecate(id, options)
          : await integrations.deprecate(id, deprecation, options);
      const done = deprecation === null ? 'no longer deprecated' : 'deprecated';
      context.show(
        result,
        () => `${context.style.good(done)}  ${context.style.name(id)} ${result.versions.join(', ')}`,
      );
      return undefined;
    },
  });
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}

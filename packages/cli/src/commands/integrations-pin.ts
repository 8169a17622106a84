import { type PinResult, Version } from '@patchbay/contracts';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { defineCommand, type Run } from '../define-command.ts';
import { UsageError } from '../failures.ts';
import { scopeOf } from '../input/scope.ts';
import { renderPinned } from '../render/choices.ts';
import { requireIntegrationId } from './integrations-show.ts';

export function addIntegrationsPin(parent: Command, run: Run): void {
  defineCommand<[string, string], object>(parent, run, {
    name: 'pin <id> <version>',
    summary: 'Make calls that name no version mean this one',
    description:
      'Make calls that name no version mean this one, until it is unpinned. With --tenant for that tenant alone, whose own document of that id is meant if it has one; else for every tenant that pins nothing itself.',
    examples: ['patchbay integrations pin slack 1.0.0', 'patchbay integrations pin slack 1.0.0 --tenant acme'],
    async run(context, { tenant }, id, version) {
      requireIntegrationId(id);
      requireVersion(version);
      const admin = await context.admin();
      showPinned(context, await admin.integrations.pin(id, version, scopeOf(tenant)));
      return undefined;
    },
  });
}

export function addIntegrationsUnpin(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'unpin <id>',
    summary: 'Make calls that name no version mean the latest again',
    examples: ['patchbay integrations unpin slack', 'patchbay integrations unpin slack --tenant acme'],
    async run(context, { tenant }, id) {
      requireIntegrationId(id);
      const admin = await context.admin();
      showPinned(context, await admin.integrations.unpin(id, scopeOf(tenant)));
      return undefined;
    },
  });
}

export function addIntegrationsRollback(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'rollback <id>',
    summary: 'Pin the version before the one that is served now',
    description:
      'Pin the newest version in use that is older than the one served now, and say which. Again: the one before that. Take it back with unpin.',
    examples: ['patchbay integrations rollback slack', 'patchbay integrations rollback slack --tenant acme'],
    async run(context, { tenant }, id) {
      requireIntegrationId(id);
      const admin = await context.admin();
      showPinned(context, await admin.integrations.rollBack(id, scopeOf(tenant)));
      return undefined;
    },
  });
}

function showPinned(context: CommandContext, result: PinResult): void {
  context.show(result, () => renderPinned(result, context.style));
}

/** @throws UsageError */
export function requireVersion(version: string): void {
  if (!Version.safeParse(version).success) throw new UsageError(`'${version}' is no version such as 1.2.0.`);
}

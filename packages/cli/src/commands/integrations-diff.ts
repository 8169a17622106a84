import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import { readSource } from '../input/read-source.ts';
import { scopeOf } from '../input/scope.ts';
import { renderDiff } from '../render/diff.ts';
import { requireVersion } from './integrations-pin.ts';
import { requireIntegrationId } from './integrations-show.ts';

interface Options {
  readonly file?: string;
}

export function addIntegrationsDiff(parent: Command, run: Run): void {
  defineCommand<[string, string | undefined, string | undefined], Options>(parent, run, {
    name: 'diff <id> [from] [to]',
    summary: 'Show what one version changes of another, and what of it breaks callers',
    description:
      'Show what one version of an integration changes of another, and what of it breaks callers. Without [from], of the version that is served; without [to], the newest one. With --file, a document that is not published. Ends with 1 when something breaks.',
    examples: [
      'patchbay integrations diff slack 1.0.0 2.0.0',
      'patchbay integrations diff acme_crm --file acme-crm.yaml',
      'patchbay integrations diff slack --json 1.0.0 | jq .changes',
    ],
    configure: (command) => command.option('--file <file>', 'compare with this document; - reads standard input'),
    async run(context, { tenant, file }, id, from, to) {
      requireIntegrationId(id);
      for (const version of [from, to]) if (version !== undefined) requireVersion(version);
      if (file !== undefined && to !== undefined) throw new UsageError('Give a second version or --file, not both.');
      const text = file === undefined ? undefined : await readSource(file, context.io);
      const { integrations } = await context.admin();
      const diff = await integrations.diff(id, {
        ...scopeOf(tenant),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(text !== undefined && { text }),
      });
      context.show(diff, () => renderDiff(diff, context.style));
      return diff.changes.some(({ breaking }) => breaking) ? exitCodes.failed : exitCodes.ok;
    },
  });
}

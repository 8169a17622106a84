import { type ErrorBody, PatchbayError, type RegisterResult } from '@patchbay/contracts';
import type { Admin } from '@patchbay/sdk';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodes } from '../exit-codes.ts';
import { readSource } from '../input/read-source.ts';
import { renderPublished } from '../render/published.ts';

interface Options {
  readonly dryRun?: boolean;
}

/** What became of one document. */
export type Published = { readonly file: string } & (
  | { readonly result: RegisterResult; readonly error: null }
  | { readonly result: null; readonly error: ErrorBody }
);

export function addIntegrationsPublish(parent: Command, run: Run): void {
  defineCommand<[string[]], Options>(parent, run, {
    name: 'publish <files...>',
    summary: 'Register integration documents, YAML or JSON, in either form',
    description:
      'Register integration documents, YAML or JSON, in either form. Their tools can be called at once. With --tenant they are for that tenant alone, else for every tenant. A version, once published, never changes.',
    examples: [
      'patchbay integrations publish acme-crm.yaml',
      'patchbay integrations publish --tenant acme --dry-run acme-crm.yaml',
      'cat acme-crm.json | patchbay integrations publish -',
    ],
    configure: (command) =>
      command.option('--dry-run', 'check on the server, register nothing, show what changes of what is served'),
    async run(context, { tenant, dryRun }, files) {
      // Read before anything is sent: a file that is not there stops all.
      const documents: { file: string; text: string }[] = [];
      for (const file of files) documents.push({ file, text: await readSource(file, context.io) });
      const admin = await context.admin();
      const published: Published[] = [];
      for (const { file, text } of documents) published.push(await publish(admin, file, text, tenant, dryRun ?? false));
      context.show({ dry_run: dryRun ?? false, published }, () =>
        published.map((one) => renderPublished(one, { dryRun: dryRun ?? false, style: context.style })).join('\n'),
      );
      return published.every(({ error }) => error === null) ? exitCodes.ok : exitCodes.refused;
    },
  });
}

async function publish(
  admin: Admin,
  file: string,
  text: string,
  scope: string | undefined,
  dryRun: boolean,
): Promise<Published> {
  try {
    const result = await admin.register({ text, dry_run: dryRun, ...(scope !== undefined && { scope }) });
    return { file, result, error: null };
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    return { file, result: null, error: error.body };
  }
}

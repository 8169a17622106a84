import { describeRequests, draftDocument, parseDescriptionText, readPostman } from '@patchbay/openapi-import';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { type DraftOptions, draftOptions } from '../import/draft-options.ts';
import { finishImport } from '../import/finish-import.ts';
import { readDescriptionSource } from '../import/read-description.ts';

export function addIntegrationsImportPostman(parent: Command, run: Run): void {
  defineCommand<[string], DraftOptions>(parent, run, {
    name: 'import-postman <source>',
    summary: 'Draft an integration document from a Postman collection',
    description:
      'Draft an integration document from a Postman collection of format 2.1: a file, an https URL, or standard input for -. Credentials in it are left behind; the report names them. Saved responses become the answers of examples.',
    examples: [
      'patchbay integrations import-postman acme.postman_collection.json --out acme.yaml',
      'patchbay integrations import-postman acme.postman_collection.json --search ticket --id acme_desk',
    ],
    configure: draftOptions,
    async run(context, options, source) {
      const { title, about, requests } = readPostman(
        parseDescriptionText(await readDescriptionSource(source, context)),
      );
      const { description, droppedCredentials } = describeRequests(title, requests, about);
      const { operation: operations, search, id, category, baseUrl } = options;
      const draft = draftDocument(description, {
        operations,
        ...(search !== undefined && { search }),
        ...(id !== undefined && { id }),
        ...(category !== undefined && { category }),
        ...(baseUrl !== undefined && { baseUrl }),
        source: `Postman collection ${source === '-' ? title : source}`,
        today: new Date().toISOString().slice(0, 10),
        droppedCredentials,
        onProgress: (progress) => context.note(progress),
      });
      return finishImport(context, draft, options);
    },
  });
}

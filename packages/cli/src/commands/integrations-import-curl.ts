import { describeRequests, draftDocument, readCurl } from '@patchbay/openapi-import';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { type DraftOptions, draftOptions } from '../import/draft-options.ts';
import { finishImport } from '../import/finish-import.ts';
import { readInput } from '../input/read-source.ts';

export function addIntegrationsImportCurl(parent: Command, run: Run): void {
  defineCommand<[string | undefined], DraftOptions>(parent, run, {
    name: 'import-curl [command]',
    summary: 'Draft an integration document from a curl command',
    description:
      'Draft an integration document with one tool from a curl command, in quotes, or from standard input, which keeps what is secret in it out of your shell’s history. Nothing is sent and no file is read. Credentials are left behind; the report names them.',
    examples: [
      "patchbay integrations import-curl 'curl https://api.example.com/v1/contacts?limit=10' --id example_crm",
      'pbpaste | patchbay integrations import-curl - --out example.yaml',
    ],
    configure: draftOptions,
    async run(context, options, command) {
      const text = command === undefined || command === '-' ? await readInput(context.io) : command;
      const request = readCurl(text);
      const host = URL.parse(request.url)?.hostname ?? 'Imported';
      const { description, droppedCredentials } = describeRequests(titleOf(host), [request]);
      const { id, category, baseUrl } = options;
      const draft = draftDocument(description, {
        ...(id !== undefined && { id }),
        ...(category !== undefined && { category }),
        ...(baseUrl !== undefined && { baseUrl }),
        source: `a curl command to ${host}`,
        today: new Date().toISOString().slice(0, 10),
        droppedCredentials,
      });
      return finishImport(context, draft, options);
    },
  });
}

/** `api.acme-desk.com` as Acme desk. */
function titleOf(host: string): string {
  const labels = host.split('.').filter((label) => !/^(?:api|www|rest|v\d+)$/.test(label));
  const name = (labels.length > 1 ? labels.at(-2) : labels[0]) ?? host;
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`.replaceAll('-', ' ');
}

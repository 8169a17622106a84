import {
  draftDocument,
  isChoice,
  type ListedOperation,
  listOperations,
  matching,
  parseDescriptionText,
  readApiDescription,
  referencesOf,
  tagsOf,
} from '@patchbay/openapi-import';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodes } from '../exit-codes.ts';
import { chooseInteractively } from '../import/choose-interactively.ts';
import { type DraftOptions, draftOptions } from '../import/draft-options.ts';
import { finishImport } from '../import/finish-import.ts';
import { readDescriptionSource } from '../import/read-description.ts';
import { several } from '../input/several.ts';
import { renderOperations } from '../render/imported.ts';

interface Options extends DraftOptions {
  readonly tag: readonly string[];
  readonly list?: boolean;
}

export function addIntegrationsImportOpenApi(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'import-openapi <source>',
    summary: 'Draft an integration document from an OpenAPI description',
    description:
      'Draft an integration document from an OpenAPI description: Swagger 2.0 or OpenAPI 3.0 to 3.2, JSON or YAML, from a file, an https URL, or standard input for -. Choose operations by id, tag or words; at a terminal you are asked when you name none. Needs no running Patchbay. The draft passes the linter; read it before you publish it.',
    examples: [
      'patchbay integrations import-openapi acme.yaml --list --search ticket',
      'patchbay integrations import-openapi acme.yaml --operation createTicket --operation listTickets --out acme.patchbay.yaml',
      'patchbay integrations import-openapi https://api.example.com/openapi.json --tag Contacts --id example_crm',
    ],
    configure: (command) =>
      draftOptions(command)
        .option('--tag <tag>', 'take the operations of this tag; may be given several times', several, [])
        .option('--list', 'only list the operations, those that --tag or --search choose'),
    async run(context, options, source) {
      const { operation: operations, tag: tags, search, list, id, category, baseUrl } = options;
      // 1. What there is.
      const text = await readDescriptionSource(source, context);
      if (text.length > 2 * 1_048_576) context.note('Reading it as an OpenAPI description');
      const description = readApiDescription(parseDescriptionText(text));
      const listed = listOperations(description, referencesOf(description));
      if (list === true) {
        const shown = filtered(listed, tags, search);
        const rows = shown.map(({ id: name, method, path, operation }) => ({
          operation: name,
          method,
          path,
          summary: operation.summary ?? null,
          tags: operation.tags ?? [],
          deprecated: operation.deprecated === true,
        }));
        context.show({ operations: rows, tags: tagsOf(listed) }, () =>
          renderOperations(shown, context.style, context.io.stdout.columns ?? 120),
        );
        return exitCodes.ok;
      }
      // 2. What of it is wanted.
      const choice = { operations, tags, ...(search !== undefined && { search }) };
      const asks =
        !isChoice(choice) &&
        context.io.stdin.isTTY === true &&
        context.io.env.TERM !== 'dumb' &&
        !context.globals.json &&
        listed.length > 1;
      const alive = listed.filter(({ operation }) => operation.deprecated !== true);
      const chosen = asks ? { operations: await chooseInteractively(alive, context.io) } : choice;
      // 3. The draft.
      const draft = draftDocument(description, {
        ...chosen,
        ...(id !== undefined && { id }),
        ...(category !== undefined && { category }),
        ...(baseUrl !== undefined && { baseUrl }),
        source: source === '-' ? 'standard input' : source,
        today: new Date().toISOString().slice(0, 10),
        onProgress: (progress) => context.note(progress),
      });
      return finishImport(context, draft, options);
    },
  });
}

function filtered(
  listed: readonly ListedOperation[],
  tags: readonly string[],
  search: string | undefined,
): readonly ListedOperation[] {
  const wanted = tags.map((tag) => tag.toLowerCase());
  const tagged =
    wanted.length === 0
      ? listed
      : listed.filter(({ operation }) => operation.tags?.some((tag) => wanted.includes(String(tag).toLowerCase())));
  return search === undefined ? tagged : matching(tagged, search);
}

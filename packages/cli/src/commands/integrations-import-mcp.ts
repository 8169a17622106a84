import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { normaliseDocument, parseDocumentText } from '@patchbay/catalog';
import type { IntegrationDocument } from '@patchbay/contracts';
import { draftMcpDocument, mcpDrift } from '@patchbay/openapi-import';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import { finishImport } from '../import/finish-import.ts';
import { type McpServerOptions, readMcpServer } from '../import/read-mcp-server.ts';
import { readSource } from '../input/read-source.ts';
import { several } from '../input/several.ts';
import { renderDrift } from '../render/mcp-drift.ts';

interface Options extends McpServerOptions {
  readonly id?: string;
  readonly category?: string;
  readonly tool: readonly string[];
  readonly search?: string;
  readonly out?: string;
  readonly update?: boolean;
}

export function addIntegrationsImportMcp(parent: Command, run: Run): void {
  defineCommand<[string | undefined], Options>(parent, run, {
    name: 'import-mcp [url]',
    summary: 'Draft an integration document from an MCP server, or see what changed there',
    description:
      'Draft an integration document from the tools of an MCP server, over streamable HTTP or a program run here. No tool is called. Each tool is pinned by a digest of its arguments and hints. With --out and a file that is there already nothing is written: the command says which tools changed or vanished at the server, and fails if any did; --update takes the changes over, and keeps what was edited by hand. Needs no running Patchbay.',
    examples: [
      'patchbay integrations import-mcp https://mcp.example.com/mcp --header-from-file Authorization=token --out example.yaml',
      'patchbay integrations import-mcp --command weather=/opt/mcp/weather --env-from-file WEATHER_KEY=key --id weather',
    ],
    configure: (command) =>
      command
        .option('--command <program>', 'an absolute path, or name=path with the name that executors know it by')
        .option('--arg <text>', 'an argument of the program; may be given several times', several, [])
        .option(
          '--env-from-file <name=file>',
          "a variable of the program's environment; several times for several",
          several,
          [],
        )
        .option('--header-from-file <name=file>', 'a header that carries the credential', several, [])
        .option('--id <id>', "the integration's id; default of the server's name")
        .option('--category <category>', "the category of the document; default by the server's words")
        .option('--tool <name>', 'a tool to take, by its name at the server; may be given several times', several, [])
        .option('--search <words>', 'take the tools that have all these words')
        .option('--out <file>', 'where to write it')
        .option('--update', 'write what changed at the server into the file; your edits stay'),
    async run(context, options, url) {
      const { out, update, id, category, search, tool: named } = options;
      // 1. What the server has.
      const { server, mcp, auth, source } = await readMcpServer(context, url, options);
      if (server.tools.length === 0) throw new UsageError('The server has no tools.');
      // 2. What differs from a document that there is.
      const known = out !== undefined && existsSync(resolve(context.io.cwd, out));
      const document = known ? await documentIn(out, context) : null;
      if (document !== null && update !== true) {
        const drift = mcpDrift(document, server.tools);
        context.show({ file: out, drift }, () =>
          renderDrift(drift, out as string, Object.keys(document.tools).length, context.style),
        );
        return drift.some((one) => one.drift !== 'new') ? exitCodes.failed : exitCodes.ok;
      }
      // 3. A draft: of the tools named, else of those that the document has, else of all.
      const has = new Set(server.tools.map(({ name }) => name));
      const kept = Object.values(document?.tools ?? {}).flatMap(({ mcp: one }) =>
        one !== undefined && has.has(one.tool) ? [one.tool] : [],
      );
      const all = search === undefined && kept.length === 0 ? [...has] : kept;
      const draft = draftMcpDocument(server, {
        mcp,
        auth,
        source,
        today: new Date().toISOString().slice(0, 10),
        tools: named.length > 0 ? [...named, ...kept] : all,
        ...(search !== undefined && { search }),
        ...((id ?? document?.id) !== undefined && { id: id ?? (document?.id as string) }),
        ...((category ?? document?.category) !== undefined && { category: category ?? (document?.category as string) }),
      });
      return finishImport(context, draft, { operation: [], ...(out !== undefined && { out }) });
    },
  });
}

async function documentIn(file: string, { io }: Parameters<typeof readMcpServer>[0]): Promise<IntegrationDocument> {
  const parsed = parseDocumentText(await readSource(file, io));
  const normalised = normaliseDocument(parsed);
  if (!normalised.ok)
    throw new UsageError(`${file} is no integration document: see 'patchbay integrations lint ${file}'.`);
  return normalised.document;
}

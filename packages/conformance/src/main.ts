// `npm run conform -- [ids]`: holds the catalogue against the vendors' specifications, and says where they differ.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadCatalog, loadIntegration } from '@patchbay/catalog';
import { type IntegrationDocument, PatchbayError } from '@patchbay/contracts';
import { readSpecTable, VendorSpecError } from '@patchbay/vendor-specs';
import { checkCatalogue } from './check-catalogue.ts';
import { Deviations } from './deviations.ts';
import { printReport } from './print-report.ts';
import { renderDocument, renderResult, renderSources } from './render-document.ts';
import { SpecFileError } from './spec/open-spec.ts';

const usage = `Usage: npm run conform -- [options] [integration …]

Sends each tool's example requests as the execution engine builds them, to nobody, and holds them against the vendor's own
API description. docs/conformance.md says what counts.

  --json              print one JSON object: tools, unused
  --responses         also show where examples' answers are not what the specification describes
  --spec ID=FILE      hold integration ID against this OpenAPI 3 file instead; repeated, against several
  --write             write docs/conformance.md; for the whole catalogue only
  --help              this text
`;

const page = fileURLToPath(new URL('../../../docs/conformance.md', import.meta.url));

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      responses: { type: 'boolean', default: false },
      spec: { type: 'string', multiple: true, default: [] },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (values.write && positionals.length > 0) throw new TypeError('--write is for the whole catalogue.');
  const documents = positionals.length === 0 ? await loadCatalog() : await Promise.all(positionals.map(named));
  const pairs = values.spec.map((pair) => [pair.split('=', 1)[0] ?? '', pair.slice(pair.indexOf('=') + 1)] as const);
  const files = new Map(pairs.map(([id]) => [id, pairs.filter(([own]) => own === id).map(([, file]) => file)]));
  const table = readSpecTable();
  const deviations = Deviations.read();
  const report = await checkCatalogue(documents, table, deviations, files);
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else printReport(report, values.responses);
  if (values.write) {
    const day = new Date().toISOString().slice(0, 10);
    const text = renderDocument(
      await readFile(page, 'utf8'),
      renderSources(table, deviations),
      renderResult(report.tools, day),
    );
    await writeFile(page, text);
  }
  return report.tools.some(({ verdict }) => verdict === 'invalid') || report.unused.length > 0 ? 1 : 0;
}

async function named(id: string): Promise<IntegrationDocument> {
  return loadIntegration(id).catch((error: unknown) => {
    if (error instanceof PatchbayError && error.code === 'tool_not_found') throw new TypeError(error.message);
    throw error;
  });
}

try {
  process.exitCode = await run();
} catch (error) {
  if (error instanceof TypeError) process.stderr.write(`${error.message}\n\n${usage}`);
  else if (error instanceof SpecFileError || error instanceof VendorSpecError)
    process.stderr.write(`${error.message}\n`);
  else throw error;
  process.exitCode = 2;
}

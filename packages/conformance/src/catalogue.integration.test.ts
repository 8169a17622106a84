import { readFile } from 'node:fs/promises';
import { loadCatalog } from '@patchbay/catalog';
import { type IntegrationDocument, webhookToolsOf } from '@patchbay/contracts';
import { readSpecTable, vendorSpecsAtHand } from '@patchbay/vendor-specs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CatalogueReport, checkCatalogue } from './check-catalogue.ts';
import { checkIntegration, specsOf } from './check-integration.ts';
import { Deviations } from './deviations.ts';
import { renderDocument, renderResult, renderSources } from './render-document.ts';
import { openSpec } from './spec/open-spec.ts';

const table = readSpecTable();
const catalogue = await loadCatalog();
const page = await readFile(new URL('../../../docs/conformance.md', import.meta.url), 'utf8');

describe.skipIf(!vendorSpecsAtHand())("the catalogue against its vendors' specifications", () => {
  let report: CatalogueReport;
  beforeAll(async () => {
    report = await checkCatalogue(catalogue, table, Deviations.read());
  }, 120_000);

  it('looks at every tool, and at every request about webhooks', () => {
    const webhooks = catalogue.flatMap((document) => Object.keys(webhookToolsOf(document)?.document.tools ?? {}));
    const tools = catalogue.flatMap((document) => Object.keys(document.tools));
    expect(report.tools).toHaveLength(tools.length + webhooks.length);
  });

  it('finds no difference that is not explained', () => {
    const invalid = report.tools.filter(({ verdict }) => verdict === 'invalid');
    expect(invalid.map(({ integration, tool, issues }) => ({ tool: `${integration}.${tool}`, issues }))).toEqual([]);
  });

  it('finds at least 98 of 100 tools valid as they stand, of those whose operation the specification describes', () => {
    const held = report.tools.filter(({ verdict }) => verdict !== 'no_spec');
    const valid = held.filter(({ verdict }) => verdict === 'valid');
    const share = valid.length / held.length;
    expect(held.length).toBeGreaterThan(400);
    expect(share, `${valid.length} of ${held.length} are valid without any explanation`).toBeGreaterThanOrEqual(0.98);
  });

  it('has no explanation of what is no longer so', () => expect(report.unused).toEqual([]));

  it('finds a wrong name, method, path and value in a document', async () => {
    const specs = await Promise.all(specsOf(table, 'stripe').map((name) => openSpec(table, name)));
    const stripe = catalogue.find(({ id }) => id === 'stripe') as IntegrationDocument;
    const broken = async (change: (tools: Record<string, never>) => void) => {
      const document = structuredClone(stripe);
      change(document.tools as Record<string, never>);
      const [first] = await checkIntegration(
        document,
        specs,
        new Deviations({ accepted: [], newer: [], undescribed: [] }),
      );
      return { verdict: first?.verdict, where: first?.issues.map(({ where }) => where) };
    };
    // biome-ignore lint/suspicious/noExplicitAny: the document is broken on purpose
    const tool = (tools: any) => tools.find_customer;
    expect(await broken(() => {})).toEqual({ verdict: 'valid', where: [] });
    expect(
      await broken((tools) => {
        tool(tools).request.path = '/v1/clients';
      }),
    ).toEqual({ verdict: 'invalid', where: ['operation'] });
    expect(
      await broken((tools) => {
        tool(tools).request.method = 'PUT';
      }),
    ).toEqual({ verdict: 'invalid', where: ['operation'] });
    expect(
      await broken((tools) => {
        tool(tools).request.query = { ...tool(tools).request.query, limitt: '1', limit: 'few' };
      }),
    ).toMatchObject({ verdict: 'invalid', where: expect.arrayContaining(['query limitt']) });
  });
});

describe('docs/conformance.md', () => {
  it('lists the specifications and the explanations there are', () => {
    expect(page).toContain(renderSources(table, Deviations.read()));
  });

  it('keeps what is written by hand when it is written anew', () => {
    const written = renderDocument(page, 'SOURCES', renderResult([], '2026-01-01'));
    expect(written.startsWith('# Conformance\n')).toBe(true);
    expect(renderDocument(written, 'SOURCES', renderResult([], '2026-01-01'))).toBe(written);
  });
});

import type { IntegrationDocument } from '@patchbay/contracts';
import type { SpecTable } from '@patchbay/vendor-specs';
import { checkIntegration, specsOf, type ToolReport } from './check-integration.ts';
import type { Deviations } from './deviations.ts';
import type { ApiSpec } from './spec/api-spec.ts';
import { openSpec, openSpecFile } from './spec/open-spec.ts';

export interface CatalogueReport {
  readonly tools: readonly ToolReport[];
  /** Entries of deviations.yaml that no longer apply. */
  readonly unused: readonly string[];
}

/**
 * Holds documents against their vendors' specifications, one vendor after another: some specifications take 200 MB.
 * `files` are specifications to use for an integration in place of the table's.
 */
export async function checkCatalogue(
  documents: readonly IntegrationDocument[],
  table: SpecTable,
  deviations: Deviations,
  files: ReadonlyMap<string, readonly string[]> = new Map(),
): Promise<CatalogueReport> {
  const groups = Map.groupBy(documents, ({ id }) => (files.has(id) ? `file ${id}` : specsOf(table, id).join(' ')));
  const tools: ToolReport[] = [];
  for (const [names, group] of groups) {
    const specs: ApiSpec[] = [];
    const given = files.get(group[0]?.id ?? '');
    if (given !== undefined) for (const file of given) specs.push(await openSpecFile(file));
    else for (const name of names.split(' ').filter(Boolean)) specs.push(await openSpec(table, name));
    for (const document of group) tools.push(...(await checkIntegration(document, specs, deviations)));
  }
  const unused = deviations
    .unused(new Set(documents.map(({ id }) => id)))
    .map((one) => [one.integration, one.tool, 'where' in one ? one.where : ''].join(' ').trim());
  return { tools: tools.sort((a, b) => a.integration.localeCompare(b.integration, 'en')), unused };
}

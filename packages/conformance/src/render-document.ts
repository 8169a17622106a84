import type { SpecTable, VendorSpec } from '@patchbay/vendor-specs';
import type { ToolReport, Verdict } from './check-integration.ts';
import type { Deviations } from './deviations.ts';

const begin = '<!-- Written by `npm run conform -- --write`. -->';

/** The page's parts that follow from files alone: which specifications there are, and what is accepted. */
export function renderSources(table: SpecTable, { accepted, newer, undescribed }: Deviations): string {
  const specs = Object.entries(table.specs).sort(([a], [b]) => a.localeCompare(b, 'en'));
  const rows = (list: typeof specs) =>
    list.map(([name, { package: from, path, year, author, integrations, outdated, corrections }]) => [
      name,
      `${from} ${table.packages[from]?.version}`,
      `\`${path}\``,
      String(year),
      integrations.join(', '),
      outdated ?? (author === 'vendor' ? corrections.map((one) => one.reason).join(' ') : "not the vendor's own text"),
    ]);
  const head = ['name', 'npm package', 'file', 'year', 'for', 'remark'];
  return [
    '## Specifications',
    lines(head, rows(specs.filter(([, spec]) => isUsed(spec)))),
    '## Specifications that are not used',
    lines(head, rows(specs.filter(([, spec]) => !isUsed(spec)))),
    '## Accepted deviations',
    lines(
      ['integration', 'tool', 'where', 'reason'],
      accepted.map((one) => [one.integration, one.tool, one.where, one.reason]),
    ),
    '## What the specification does not know',
    lines(
      ['integration', 'tool', 'where', 'reason'],
      newer.map((one) => [one.integration, one.tool, one.where, one.reason]),
    ),
    '## Operations that the specification does not have',
    lines(
      ['integration', 'tool', 'reason'],
      undescribed.map((one) => [one.integration, one.tool, one.reason]),
    ),
  ].join('\n\n');
}

function isUsed({ outdated, author }: VendorSpec): boolean {
  return outdated === undefined && author === 'vendor';
}

/** Counts by integration, of a run over the whole catalogue. */
export function renderResult(tools: readonly ToolReport[], day: string): string {
  const verdicts: Verdict[] = ['valid', 'newer', 'deviates', 'invalid', 'no_spec'];
  const count = (of: readonly ToolReport[], verdict: Verdict) => of.filter((one) => one.verdict === verdict).length;
  const integrations = Map.groupBy(tools, ({ integration }) => integration);
  const rows = [...integrations].map(([id, own]) => [
    id,
    ...verdicts.map((verdict) => String(count(own, verdict) || '')),
    String(own.filter(({ deprecated }) => deprecated).length || ''),
  ]);
  const held = tools.filter(({ verdict }) => verdict !== 'no_spec').length;
  const answers = tools.filter(({ verdict, response }) => verdict !== 'no_spec' && response !== null);
  const fitting = answers.filter(({ response }) => response?.length === 0);
  const percent = held === 0 ? 0 : (100 * count(tools, 'valid')) / held;
  return [
    '## Result',
    `On ${day}: ${integrations.size} integrations, ${tools.length} tools and requests about webhooks. For ${held} of them the vendor's` +
      ` specification describes the operation; ${count(tools, 'valid')} of these (${percent.toFixed(1)} %) are valid, ` +
      `${count(tools, 'newer')} are valid but for what it does not know, ${count(tools, 'deviates')} differ in accepted ways, ${count(tools, 'invalid')} are invalid. Of ${answers.length} whose answers it describes, the` +
      ` examples of ${fitting.length} fit.`,
    lines(['integration', 'valid', 'newer', 'deviates', 'invalid', 'no specification', 'of these deprecated'], rows),
  ].join('\n\n');
}

/** The page with its written parts replaced; what stands before the first of them is by hand. */
export function renderDocument(present: string, sources: string, result: string): string {
  const byHand = present.split(begin, 1)[0]?.trimEnd() ?? '';
  return `${byHand}\n\n${begin}\n\n${result}\n\n${sources}\n`;
}

function lines(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return 'None.';
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').trim()).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

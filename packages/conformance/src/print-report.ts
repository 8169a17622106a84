import type { CatalogueReport } from './check-catalogue.ts';

/** One line for each tool that the vendor's specification describes, with what differs below it, and the sums. */
export function printReport({ tools, unused }: CatalogueReport, responses: boolean): void {
  const out = (line: string) => process.stdout.write(`${line}\n`);
  for (const { integration, tool, verdict, operations, deprecated, issues, explained, response } of tools) {
    if (verdict === 'no_spec') continue;
    const advice = deprecated ? '  (deprecated)' : '';
    out(`${verdict.padEnd(9)}${integration}.${tool}  ${operations.join(', ')}${advice}`);
    for (const { where, message } of issues) out(`         ${where}: ${message}`);
    for (const { where, message } of explained) out(`         explained: ${where}: ${message}`);
    if (responses) for (const { where, message } of response ?? []) out(`         ${where}: ${message}`);
  }
  for (const entry of unused) out(`deviations.yaml: '${entry}' no longer applies; remove it`);
  const count = (wanted: string) => tools.filter(({ verdict }) => verdict === wanted).length;
  out(
    `\n${tools.length} tools: ${count('valid')} valid, ${count('newer')} valid but for what is newer, ${count('deviates')} differ in accepted ways, ${count('invalid')} invalid, ${count('no_spec')} without a specification`,
  );
}

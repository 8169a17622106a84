import type { ImportReport, ListedOperation } from '@patchbay/openapi-import';
import type { WrittenDraft } from '../import/write-draft.ts';
import { count, oneLine, type Style, visible } from './style.ts';
import { type Column, renderTable } from './table.ts';

/** What was written, and what a person should look at. */
export function renderImport(report: ImportReport, written: WrittenDraft, style: Style): string {
  const { file, draft_file: draftFile, how, edits, conflicts, updated } = written;
  const drafted = report.operations.filter(({ tool }) => tool !== null).length;
  const lines = [
    `${style.good('✓')} ${file}  ${style.quiet(`${count(drafted, 'tool')}; ${draftFile} keeps the draft for the next import`)}`,
  ];
  if (how === 'merged') {
    lines.push(`  ${count(edits.length, 'edit')} by hand kept, ${count(updated.length, 'place')} brought up to date`);
    for (const { target } of conflicts)
      lines.push(
        `  ${style.warn('conflict')}  ${visible(target)}  edited by hand and drafted otherwise now: the edit stays`,
      );
  }
  lines.push(renderReport(report, style), '', `${style.quiet('next')}  patchbay integrations lint ${file}`);
  return lines.join('\n');
}

/** What was left out or could not be had, operation by operation. */
export function renderReport(report: ImportReport, style: Style): string {
  const lines: string[] = [];
  for (const { operation, tool, problem, left_out: leftOut, notes } of report.operations) {
    const about =
      problem === null
        ? style.quiet(leftOut.length === 0 ? '' : `${leftOut.length} left out`)
        : style.bad(visible(problem));
    lines.push(
      `  ${problem === null ? style.good('✓') : style.bad('✗')} ${style.name(tool ?? visible(operation))}  ${about}`.trimEnd(),
    );
    for (const note of notes) lines.push(`      ${style.quiet(oneLine(note, 160))}`);
  }
  for (const { kind, chosen, problem } of report.security)
    lines.push(
      `  auth: ${visible(kind)}${chosen ? ' (taken)' : problem === null ? ' (possible, too)' : ` (${problem})`}`,
    );
  for (const name of report.dropped_credentials)
    lines.push(`  ${style.warn('credential left behind')}  ${visible(name)}`);
  for (const note of report.notes) lines.push(`  ${style.warn('note')}  ${visible(note)}`);
  if (report.warnings.length > 0) lines.push(`  ${count(report.warnings.length, 'warning')} of the linter`);
  return lines.join('\n');
}

/** The operations there are, to choose from. */
export function renderOperations(listed: readonly ListedOperation[], style: Style, width: number): string {
  const columns: Column<ListedOperation>[] = [
    { title: 'operation', value: ({ id }) => id, paint: style.name },
    { title: 'method', value: ({ method }) => method },
    { title: 'path', value: ({ path }) => path },
    {
      title: 'summary',
      value: ({ operation }) => `${operation.deprecated === true ? '(deprecated) ' : ''}${operation.summary ?? ''}`,
      flexible: true,
    },
  ];
  return `${renderTable(listed, columns, { style, width })}\n${count(listed.length, 'operation')}`;
}

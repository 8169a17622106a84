import { Document, isMap, type YAMLMap } from 'yaml';
import type { Draft } from '../document/draft-document.ts';

/** The draft as YAML, with what was left out of each tool as a comment beside its parameters. */
export function renderDraft({ document, report }: Pick<Draft, 'document' | 'report'>): string {
  const yaml = new Document(document, { version: '1.2' });
  yaml.commentBefore = ` Drafted from ${report.title.replace(/\s+/g, ' ')}. Read it before it is used: texts, risk, what is picked of answers.`;
  for (const { tool, left_out: leftOut, notes } of report.operations) {
    const node = tool === null ? undefined : yaml.getIn(['tools', tool], true);
    if (!isMap(node)) continue;
    comment(node, [
      ...notes,
      ...(leftOut.length === 0 ? [] : [`Left out: ${namesOf(leftOut.map(({ name }) => name))}.`]),
    ]);
  }
  return yaml.toString({ lineWidth: 120 });
}

function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => name.replace(/\s+/g, ' '));
  return `${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}`;
}

function comment(tool: YAMLMap, lines: readonly string[]): void {
  if (lines.length > 0) tool.commentBefore = lines.map((line) => ` ${line}`).join('\n');
}

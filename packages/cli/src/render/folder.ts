import { type FolderFile, type FolderStateResult, platformScope } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { place, problemText } from './published.ts';
import { count, duration, type Style, visible } from './style.ts';

/** What became of one file, with what is wrong or otherwise than it says below it. */
export function renderFolderFile(file: FolderFile, style: Style): string {
  const { state, scope, integration, version, served, took_ms: took, problems, warnings } = file;
  const paint = { served: style.good, shadowed: style.warn, wrong: style.bad, leaving: style.warn }[state];
  const facts = [
    ...(integration === null ? [] : [`${integration} ${version ?? ''}`.trim()]),
    ...(scope === null ? [] : [scope === platformScope ? 'every tenant' : `tenant ${scope}`]),
    ...(state === 'wrong' && served !== null ? [`${served} goes on`] : []),
    ...(took === null ? [] : [`in ${duration(took)}`]),
  ];
  return [
    `${paint(state.padEnd(8))}  ${visible(file.file)}  ${style.quiet(facts.join(', '))}`,
    ...problems.map((issue) => `    ${style.bad('error  ')}  ${place(file.file, issue, style)}  ${problemText(issue)}`),
    ...warnings.map(
      (issue) => `    ${style.warn('warning')}  ${place(file.file, issue, style)}  ${problemText(issue)}`,
    ),
  ].join('\n');
}

export function renderFolder(
  { registry, folder, problem, files }: FolderStateResult,
  { style }: Pick<CommandContext, 'style'>,
): string {
  if (folder === null) return `${registry} watches no folder. PATCHBAY_REGISTRY_FOLDER names one.`;
  const wrong = files.filter(({ state }) => state === 'wrong').length;
  const sum = `${count(files.length, 'file')} in ${visible(folder)}${wrong > 0 ? `, ${style.bad(`${wrong} wrong`)}` : ''}`;
  return [
    ...(problem === null ? [] : [style.bad(visible(problem))]),
    ...files.map((file) => renderFolderFile(file, style)),
    sum,
  ].join('\n');
}

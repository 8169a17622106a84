import type { DiffResult, DocumentChange } from '@patchbay/contracts';
import { count, type Style, visible } from './style.ts';

/** One line a change, those that break callers first. */
export function renderChanges(changes: readonly DocumentChange[], style: Style): string[] {
  return changes.map(
    ({ path, breaking, message }) =>
      `  ${breaking ? style.bad('breaks    ') : style.good('compatible')}  ${style.name(visible(path))}  ${visible(message)}`,
  );
}

export function renderDiff({ integration, from, to, changes }: DiffResult, style: Style): string {
  const head = `${style.name(integration)} ${from} → ${to}`;
  if (changes.length === 0) return `${head}  ${style.good('no difference that counts')}`;
  const broken = changes.filter(({ breaking }) => breaking).length;
  const sum = `${count(changes.length, 'change')}, ${broken === 0 ? 'none breaks callers' : `${broken} of them ${broken === 1 ? 'breaks' : 'break'} callers`}`;
  return [head, ...renderChanges(changes, style), '', broken === 0 ? sum : style.bad(sum)].join('\n');
}

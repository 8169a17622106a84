import type { InstallResult, PinResult, StoredChoice } from '@patchbay/contracts';
import { platformScope } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { clock, type Style } from './style.ts';
import { renderTable } from './table.ts';

/** `for tenant 'acme'`, or for every one. */
function whom(scope: string): string {
  return scope === platformScope ? 'for every tenant' : `for tenant '${scope}'`;
}

export function renderPinned(
  { scope, integration, pin, served_before: before, served }: PinResult,
  style: Style,
): string {
  const head = pin === null ? style.good('unpinned') : style.good('pinned');
  const lines = [`${head}  ${style.name(integration)}${pin === null ? '' : ` ${pin}`}  ${style.quiet(whom(scope))}`];
  lines.push(
    before === served
      ? `Served as before: ${served ?? 'nothing'}`
      : `Served: ${served ?? 'nothing'}, and was ${before ?? 'nothing'}`,
  );
  return lines.join('\n');
}

const reasons: Readonly<Record<InstallResult['said_by'], string>> = {
  tenant: 'said of it for the tenant',
  tenant_default: "the tenant's default",
  platform: 'said of it for every tenant',
  platform_default: 'the default for every tenant',
  nobody: 'nobody says otherwise',
};

export function renderInstalled({ scope, integration, installed, said_by }: InstallResult, style: Style): string {
  const what = integration === null ? 'what nobody says more of' : integration;
  const done = installed ? style.good('installed') : style.warn('not installed');
  return `${done}  ${style.name(what)}  ${style.quiet(`${whom(scope)}; ${reasons[said_by]}`)}`;
}

export function renderChoices(
  choices: readonly StoredChoice[],
  tenant: string | undefined,
  { io, style }: Pick<CommandContext, 'io' | 'style'>,
): string {
  if (choices.length === 0)
    return `Nothing was said ${whom(tenant ?? platformScope)}: everything is there, at its latest version.`;
  return renderTable(
    choices,
    [
      { title: 'INTEGRATION', value: ({ integration }) => integration ?? '(all others)', paint: style.name },
      { title: 'INSTALLED', value: ({ installed }) => (installed === undefined ? '' : installed ? 'yes' : 'no') },
      { title: 'PIN', value: ({ pin }) => pin ?? '' },
      { title: 'SINCE (UTC)', value: ({ changed_at }) => clock(changed_at), paint: style.quiet },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
}

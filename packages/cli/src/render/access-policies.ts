import {
  type Approval,
  type Issue,
  type PolicyDecision,
  type PolicyDocument,
  type PolicyEffect,
  type PolicyTestResult,
  platformScope,
} from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { place, problemText } from './published.ts';
import { count, type Style, visible } from './style.ts';
import { renderTable } from './table.ts';

type Place = Pick<CommandContext, 'io' | 'style'>;

const whose = ({ scope, version }: Pick<PolicyDocument, 'scope' | 'version'>) =>
  version === 0 ? 'built in' : scope === platformScope ? 'every tenant' : `tenant ${scope}`;

export function renderPolicyDocuments(documents: readonly PolicyDocument[], { io, style }: Place): string {
  return renderTable(
    documents,
    [
      { title: 'DOCUMENT', value: ({ name }) => name, paint: style.name },
      { title: 'OF', value: whose, paint: style.quiet },
      { title: 'VERSION', value: ({ version }) => String(version), align: 'right' },
      { title: 'TESTS', value: ({ tests }) => String(tests.length), align: 'right' },
      { title: 'SINCE', value: ({ updated_at }) => updated_at.slice(0, 16).replace('T', ' ') },
      { title: 'BY', value: ({ updated_by }) => updated_by, flexible: true },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
}

export function renderIssues(
  file: string,
  issues: readonly Issue[],
  warnings: readonly Issue[],
  style: Style,
): string[] {
  return [
    ...issues.map((issue) => `${style.bad('error')}    ${place(file, issue, style)}  ${problemText(issue)}`),
    ...warnings.map((issue) => `${style.warn('warning')}  ${place(file, issue, style)}  ${problemText(issue)}`),
  ];
}

export function renderPolicyTests(results: readonly PolicyTestResult[], style: Style): string[] {
  return results.map(({ name, passed, expected, got }) =>
    passed
      ? `${style.good('passed')}   ${visible(name)}`
      : `${style.bad('failed')}   ${visible(name)}: expected ${expected}, got ${decisionText(got)}`,
  );
}

/** `forbid by house.night (Closed at night.)` */
export function decisionText({ effect, reasons }: PolicyDecision): string {
  const by = reasons.map(({ policy, because, error }) => {
    const why = error ?? because;
    return why === undefined ? policy : `${policy} (${visible(why)})`;
  });
  return `${effect} by ${by.length === 0 ? 'no policy: none permits it' : by.join(', ')}`;
}

export function paintEffect(effect: PolicyEffect, style: Style): string {
  if (effect === 'permit') return style.good(effect);
  return effect === 'forbid' ? style.bad(effect) : style.warn(effect);
}

export function renderApprovals(approvals: readonly Approval[], { io, style }: Place): string {
  if (approvals.length === 0) return 'Nothing waits for a person.';
  return renderTable(
    approvals,
    [
      { title: 'APPROVAL', value: ({ id }) => id, paint: style.name },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'TOOL', value: ({ tool }) => tool },
      { title: 'AGENT', value: ({ context }) => context.agent ?? '' },
      { title: 'UNTIL', value: ({ expires_at }) => expires_at.slice(0, 16).replace('T', ' ') },
      {
        title: 'ARGUMENTS',
        value: (one) => (one.arguments === null ? one.arguments_digest : JSON.stringify(one.arguments)),
        flexible: true,
      },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
}

export function summaryOf(results: readonly PolicyTestResult[]): string {
  const failed = results.filter(({ passed }) => !passed).length;
  return failed === 0
    ? `${count(results.length, 'test')} passed`
    : `${failed} of ${count(results.length, 'test')} failed`;
}

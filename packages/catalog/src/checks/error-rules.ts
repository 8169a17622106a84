import type { ErrorRule, IntegrationDocument } from '@patchbay/contracts';
import { type Finding, finding } from '../finding.ts';
import { toolEntries } from '../tool-calls.ts';
import { pathProblem } from './body-paths.ts';

// The grammar stands in the contract of `ErrorRule`; the engine compiles it, so this only has to catch what cannot be one.
const literal = String.raw`(?:'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|true|false|null)`;
const quoted = String.raw`\[(?:'[^']{1,128}'|"[^"]{1,128}")\]`;
const plain = String.raw`[A-Za-z0-9_@$\[\]-]+`;
const path = String.raw`(?:\$status|(?:${quoted}|${plain})(?:${quoted}|\.${plain}|\[\d{0,6}\])*)`;
const condition = new RegExp(
  String.raw`^(?:exists\(\s*${path}\s*\)|${path}\s*!?=\s*${literal})(?:\s+(?:and|or)\s+|\s*$)`,
);

/** Why the text is not a condition, with the place where reading it stopped. */
export function conditionProblem(when: string): string | undefined {
  let rest = when.trim();
  let joined = true;
  while (rest !== '') {
    const match = condition.exec(rest);
    if (match === null)
      return `not a condition at '${rest.slice(0, 40)}'; expected path = literal, path != literal or exists(path)`;
    joined = /(?:and|or)\s+$/.test(match[0]);
    rest = rest.slice(match[0].length);
  }
  return joined ? 'the condition ends too early' : undefined;
}

export function checkErrorRules(document: IntegrationDocument): Finding[] {
  return [
    ...checkList(document.errors, ['errors']),
    ...toolEntries(document).flatMap(({ tool, path: at }) => [
      ...checkList(tool.errors, [...at, 'errors']),
      ...(tool.steps ?? []).flatMap((step, index) => checkList(step.errors, [...at, 'steps', index, 'errors'])),
    ]),
  ];
}

function checkList(rules: readonly ErrorRule[] | undefined, at: readonly PropertyKey[]): Finding[] {
  return (rules ?? []).flatMap((rule, index) => {
    const findings: Finding[] = [];
    const condition = conditionProblem(rule.when);
    if (condition !== undefined) findings.push(finding([...at, index, 'when'], condition));
    const message = rule.message === undefined ? undefined : pathProblem(rule.message);
    if (message !== undefined) findings.push(finding([...at, index, 'message'], message));
    return findings;
  });
}

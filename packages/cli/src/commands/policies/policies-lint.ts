import type { PolicyDocument } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { readPolicyTests } from '../../input/policy-tests.ts';
import { readSource } from '../../input/read-source.ts';
import { renderIssues, renderPolicyTests, summaryOf } from '../../render/access-policies.ts';
import { requirePolicyName } from './policy-scope.ts';

export function addPoliciesLint(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'lint <file>',
    summary: 'Check a document of policies without a running Patchbay',
    examples: ['patchbay policies lint refunds.cedar'],
    async run(context, _options, file) {
      const text = await readSource(file, context.io);
      // Not for every command: it brings Cedar.
      const { lintPolicies } = await import('@patchbay/policy');
      const { policies, issues, warnings } = lintPolicies(text);
      const { style } = context;
      context.show({ issues, warnings, policies: policies.map(({ id }) => id) }, () =>
        [
          ...renderIssues(file, issues, warnings, style),
          ...(issues.length === 0 ? [`${style.good('good')}     ${policies.map(({ id }) => id).join(', ')}`] : []),
        ].join('\n'),
      );
      return issues.length === 0 ? exitCodes.ok : exitCodes.failed;
    },
  });
}

export function addPoliciesTest(parent: Command, run: Run): void {
  defineCommand<[string, string], { readonly name?: string }>(parent, run, {
    name: 'test <file> <cases>',
    summary: "Run a document's tests without a running Patchbay",
    description:
      "Run a document's tests without a running Patchbay, beside what is built in. The cases are YAML or JSON: a list of {name, call, expect, by?}. The exit code is 1 when one fails.",
    examples: ['patchbay policies test refunds.cedar refunds.tests.yaml'],
    configure: (command) =>
      command.option('--name <name>', "the document's name, as tests give it in `by` (default: house)"),
    async run(context, { name = 'house' }, file, cases) {
      requirePolicyName(name);
      const text = await readSource(file, context.io);
      const tests = await readPolicyTests(cases, context.io);
      const { documentsInForce, lintPolicies, runPolicyTests } = await import('@patchbay/policy');
      const { issues, warnings } = lintPolicies(text);
      const results =
        issues.length > 0 ? [] : runPolicyTests(documentsInForce([draftOf(name, text)], 'acme'), tests, 'tests');
      const { style } = context;
      context.show({ issues, warnings, tests: results }, () =>
        [
          ...renderIssues(file, issues, warnings, style),
          ...renderPolicyTests(results, style),
          ...(issues.length === 0 ? [summaryOf(results)] : []),
        ].join('\n'),
      );
      return issues.length === 0 && results.every(({ passed }) => passed) ? exitCodes.ok : exitCodes.failed;
    },
  });
}

function draftOf(name: string, text: string): PolicyDocument {
  return {
    scope: 'acme',
    name,
    version: 1,
    text,
    tests: [],
    updated_at: new Date(0).toISOString(),
    updated_by: 'draft',
  };
}

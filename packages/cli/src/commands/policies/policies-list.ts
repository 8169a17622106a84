import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { renderPolicyDocuments } from '../../render/access-policies.ts';
import { addPlatformOption, type PlatformOption, policyScope, requirePolicyName } from './policy-scope.ts';

export function addPoliciesList(parent: Command, run: Run): void {
  defineCommand<[], PlatformOption>(parent, run, {
    name: 'list',
    summary: 'List the documents of policies in force, what is built in among them',
    examples: ['patchbay policies list', 'patchbay policies list --tenant acme --json'],
    configure: addPlatformOption,
    async run(context, options) {
      const { policies } = await context.admin();
      const documents = await policies.list(policyScope(options));
      context.show({ documents }, () => renderPolicyDocuments(documents, context));
      return undefined;
    },
  });
}

interface ShowOptions extends PlatformOption {
  readonly policyVersion?: number;
}

export function addPoliciesShow(parent: Command, run: Run): void {
  defineCommand<[string], ShowOptions>(parent, run, {
    name: 'show <name>',
    summary: 'Print a document of policies as it is in force',
    description: 'Print a document of policies as it is in force, ready to be edited and put back.',
    examples: ['patchbay policies show default > default.cedar', 'patchbay policies show refunds --policy-version 3'],
    configure: (command) =>
      addPlatformOption(command).option(
        '--policy-version <n>',
        'an earlier version',
        wholeNumber('--policy-version', 0, 1_000_000),
      ),
    async run(context, { policyVersion, ...options }, name) {
      requirePolicyName(name);
      const { policies } = await context.admin();
      const shown = await policies.show(name, {
        ...policyScope(options),
        ...(policyVersion !== undefined && { version: policyVersion }),
      });
      context.show(shown, () => shown.document.text ?? '// Removed.\n');
      return undefined;
    },
  });
}

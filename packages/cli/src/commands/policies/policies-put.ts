import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { readPolicyTests } from '../../input/policy-tests.ts';
import { readSource } from '../../input/read-source.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { addPlatformOption, type PlatformOption, policyScope, requirePolicyName } from './policy-scope.ts';

interface PutOptions extends PlatformOption {
  readonly tests?: string;
  readonly after?: number;
}

export function addPoliciesPut(parent: Command, run: Run): void {
  defineCommand<[string, string], PutOptions>(parent, run, {
    name: 'put <name> <file>',
    summary: 'Put a document of policies in force',
    description:
      "Put a document of policies in force, at every executor within moments. It is refused when it is not valid or one of its tests fails, and the version before stays. The name 'default' takes the place of what is built in.",
    examples: [
      'patchbay policies put refunds refunds.cedar --tests refunds.tests.yaml',
      'patchbay policies put guard guard.cedar --platform',
    ],
    configure: (command) =>
      addPlatformOption(command)
        .option('--tests <file>', 'cases that must come out as they say, in YAML or JSON')
        .option('--after <version>', 'only if this version is there; 0: none is', wholeNumber('--after', 0, 1_000_000)),
    async run(context, { tests, after, ...options }, name, file) {
      requirePolicyName(name);
      const text = await readSource(file, context.io);
      const cases = tests === undefined ? [] : await readPolicyTests(tests, context.io);
      const { policies } = await context.admin();
      const result = await policies.put(
        name,
        { text, tests: cases, ...(after !== undefined && { expectedVersion: after }) },
        policyScope(options),
      );
      const { style } = context;
      const done = result.changed ? style.good('in force') : style.quiet('unchanged');
      context.show(result, () => `${done}  ${style.name(name)} version ${result.document.version}`);
      return undefined;
    },
  });
}

export function addPoliciesRemove(parent: Command, run: Run): void {
  defineCommand<[string], PlatformOption>(parent, run, {
    name: 'remove <name>',
    summary: 'Take a document of policies out of force; its versions stay',
    examples: ['patchbay policies remove refunds'],
    configure: addPlatformOption,
    async run(context, options, name) {
      requirePolicyName(name);
      const { policies } = await context.admin();
      const document = await policies.remove(name, policyScope(options));
      context.show({ document }, () => `${context.style.good('removed')}  ${context.style.name(name)}`);
      return undefined;
    },
  });
}

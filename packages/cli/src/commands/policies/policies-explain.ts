import type { Command } from 'commander';
import { addCallOptions, type CallOptions, readCall } from '../../call-options.ts';
import { defineCommand, type Run } from '../../define-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failures.ts';
import { readSource } from '../../input/read-source.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { decisionText, paintEffect } from '../../render/access-policies.ts';
import { count, visible } from '../../render/style.ts';
import { requirePolicyName } from './policy-scope.ts';

interface ExplainOptions extends CallOptions {
  readonly agent?: string;
}

export function addPoliciesExplain(parent: Command, run: Run): void {
  defineCommand<[string, string[]], ExplainOptions>(parent, run, {
    name: 'explain <execution-or-tool> [arguments...]',
    summary: 'Say which policies refused an execution, or what they would say of a call',
    description:
      'Say which policies refused an execution, as they were then; or, with the name of a tool and arguments, what the policies in force say of such a call. Nothing is called.',
    examples: [
      'patchbay policies explain exe_01JD0000000000000000000000',
      'patchbay policies explain stripe_create_refund amount=5000 --session call-1',
    ],
    configure: (command) =>
      addCallOptions(command, { key: 'has no meaning here', deadline: 'has no meaning here' }).option(
        '--agent <name>',
        'who would call',
      ),
    async run(context, options, subject, words) {
      const { policies } = await context.admin();
      const { style } = context;
      if (subject.startsWith('exe_')) {
        const explained = await policies.explain(subject);
        context.show(explained, () => {
          const { tool, outcome, error_code } = explained;
          const head = `${style.strong(outcome)}  ${style.name(visible(tool ?? ''))}  ${error_code ?? ''}`.trimEnd();
          const why = explained.policies.map(
            ({ policy, version, document }) =>
              `  ${style.name(policy)} version ${version}${document === null ? ' (its text is no longer kept)' : ''}`,
          );
          return [head, ...(why.length === 0 ? ['  No policy refused it.'] : why)].join('\n');
        });
        return undefined;
      }
      const { call } = await readCall(context, options, subject, words);
      const [decided] = await policies.decide([
        {
          tool: call.tool,
          arguments: call.arguments ?? {},
          context: { ...call.context, ...(options.agent !== undefined && { agent: options.agent }) },
          ...(call.version !== undefined && { version: call.version }),
          ...(call.connection !== undefined && { connection: call.connection }),
        },
      ]);
      const decision = decided?.now ?? null;
      if (decision === null) throw new UsageError(`There is no tool '${subject}'.`);
      context.show(decision, () =>
        [decisionText(decision), ...(decision.say === null ? [] : [`  “${visible(decision.say)}”`])].join('\n'),
      );
      return decision.effect === 'permit' ? exitCodes.ok : exitCodes.refused;
    },
  });
}

export function addPoliciesDryRun(parent: Command, run: Run): void {
  defineCommand<[string, string], { readonly limit?: number }>(parent, run, {
    name: 'dry-run <name> <file>',
    summary: 'Say what a draft would have decided otherwise of what ran of late',
    description:
      'Say what a draft of a document would have decided otherwise of what ran of late. The audit log has no arguments, attributes, roles or counts, so policies that go by those are judged without them.',
    examples: [
      'patchbay policies dry-run refunds refunds.cedar',
      'patchbay policies dry-run refunds refunds.cedar --limit 200',
    ],
    configure: (command) =>
      command.option('--limit <n>', 'look at so many executions (default: 100)', wholeNumber('--limit', 1, 200)),
    async run(context, { limit }, name, file) {
      requirePolicyName(name);
      const text = await readSource(file, context.io);
      const { policies } = await context.admin();
      const found = await policies.dryRun({ name, text }, limit === undefined ? {} : { limit });
      const { style } = context;
      context.show(found, () =>
        [
          ...found.changed.map(
            ({ execution_id, tool, now, draft }) =>
              `${execution_id}  ${style.name(visible(tool))}  ${paintEffect(now, style)} → ${decisionText(draft)}`,
          ),
          `${found.changed.length} of ${count(found.looked, 'execution')} would have been decided otherwise, judged without ${found.without.join(', ')}.`,
        ].join('\n'),
      );
      return undefined;
    },
  });
}

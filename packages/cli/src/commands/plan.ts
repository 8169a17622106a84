import { issuesOf, maxDeadlineMs, newId, PlanRequest, type PlanResult } from '@patchbay/contracts';
import type { Plan } from '@patchbay/sdk';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodeHelp, exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import { readSource } from '../input/read-source.ts';
import { wholeNumber } from '../input/whole-number.ts';
import { onInterrupt } from '../on-interrupt.ts';
import { renderPlan, renderProgress } from '../render/plan.ts';

interface Options {
  readonly deadline?: number;
  readonly key?: string;
  readonly session?: string;
}

const exitCodeByStatus: Record<PlanResult['status'], number> = {
  succeeded: exitCodes.ok,
  partial: exitCodes.failed,
  failed: exitCodes.failed,
  cancelled: exitCodes.failed,
  refused: exitCodes.refused,
  outcome_unknown: exitCodes.outcomeUnknown,
};

export function addPlan(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'plan <file>',
    summary: 'Make several tool calls, parallel and dependent',
    description:
      'Make the calls of a plan: a JSON file as docs/plans.md describes it, or - for standard input. Shows each call as it begins and ends, on the level on which it waits for others. Ctrl-C cancels the plan.',
    examples: [
      'patchbay plan docs/examples/welcome-caller.json',
      'patchbay plan welcome.json --deadline 2500 --key call-77-welcome',
      'jq -n \'{calls: [{id: "who", tool: "slack_check_connection"}]}\' | patchbay plan - --json',
    ],
    footer: exitCodeHelp,
    configure: (command) =>
      command
        .option('--key <key>', 'idempotency key: a repeat with it answers from the first time and never acts twice')
        .option(
          '--deadline <ms>',
          'milliseconds within which the answer must be here',
          wholeNumber('--deadline', 1, maxDeadlineMs),
        )
        .option('--session <id>', 'the conversation that it belongs to, for audit and cancellation'),
    async run(context, options, file) {
      const { io } = context;
      const request = readPlan(await readSource(file, io), file);
      const agent = await context.agent();
      const planId = request.plan_id ?? newId('plan');
      const plan: Plan = {
        ...planOf(request, options),
        planId,
        onProgress: (event) => context.note(renderProgress(event, context)),
      };
      // The plan's own answer, or its deadline, still ends the command.
      const cancel = () =>
        void agent.cancel({ plan_id: planId, reason: 'interrupted at the terminal' }).catch(() => {});
      const stopListening = onInterrupt(io.interrupt, cancel);
      try {
        const result = await agent.plan(plan);
        context.show(result, () => renderPlan(result, context));
        return 'outcome_unknown' in result.counts ? exitCodes.outcomeUnknown : exitCodeByStatus[result.status];
      } finally {
        stopListening();
      }
    },
  });
}

function readPlan(text: string, file: string): PlanRequest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${file === '-' ? 'Standard input' : file} is not JSON.`);
  }
  const parsed = PlanRequest.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = issuesOf(parsed.error).map(({ path, message }) => `${path === '' ? 'the plan' : path}: ${message}`);
  throw new UsageError(`${file === '-' ? 'Standard input' : file} is not a plan: ${issues.slice(0, 5).join('; ')}.`);
}

function planOf(request: PlanRequest, options: Options): Omit<Plan, 'planId' | 'onProgress'> {
  const { order, concurrency, context } = request;
  const key = options.key ?? request.idempotency_key;
  return {
    calls: request.calls.map(
      ({ idempotency_key, deadline_ms, depends_on, on_error, dry_run, version, connection, when, ...call }) => ({
        ...call,
        dependsOn: depends_on,
        onError: on_error,
        dryRun: dry_run,
        ...(version !== undefined && { version }),
        ...(connection !== undefined && { connection }),
        ...(when !== undefined && { when }),
        ...(idempotency_key !== undefined && { idempotencyKey: idempotency_key }),
        ...(deadline_ms !== undefined && { deadlineMs: deadline_ms }),
      }),
    ),
    deadlineMs: options.deadline ?? request.deadline_ms,
    order,
    ...(concurrency !== undefined && { concurrency }),
    ...(key !== undefined && { idempotencyKey: key }),
    context: {
      agent: 'patchbay-cli',
      ...context,
      ...(options.session !== undefined && { session: options.session }),
    },
  };
}

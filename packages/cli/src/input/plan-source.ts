import { issuesOf, maxDeadlineMs, PlanRequest } from '@patchbay/contracts';
import type { Plan } from '@patchbay/sdk';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { UsageError } from '../failures.ts';
import { readSource } from './read-source.ts';
import { wholeNumber } from './whole-number.ts';

/** What the command line says of a plan beyond its file. */
export interface PlanOptions {
  readonly deadline?: number;
  readonly key?: string;
  readonly session?: string;
}

/** Adds them; `key` and `deadline` are told in the command's own words. */
export function addPlanOptions(command: Command, help: { readonly key: string; readonly deadline: string }): Command {
  return command
    .option('--key <key>', help.key)
    .option('--deadline <ms>', help.deadline, wholeNumber('--deadline', 1, maxDeadlineMs))
    .option('--session <id>', 'the conversation that it belongs to, for audit and cancellation');
}

/** The plan in a file, or on standard input for `-`. @throws UsageError when it is none. */
export async function readPlan(file: string, io: CommandContext['io']): Promise<PlanRequest> {
  const text = await readSource(file, io);
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

/** The plan as the SDK takes it. */
export function planOf(request: PlanRequest, options: PlanOptions): Omit<Plan, 'planId' | 'onProgress'> {
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
